// Service, put together.
import { ensureObject, textAt } from '../json-value.ts'
import type { KindRules } from '../registry/served-kind.ts'
import { allocateAddresses, settleFamilies } from './service-addresses.ts'
import { defaultService, patchFromOld } from './service-defaults.ts'
import { validateService } from './service-validation.ts'
import { SERVICE } from './shapes.ts'

export const SERVICE_RULES: KindRules = {
  shape: SERVICE,
  nameRule: 'label1035',
  createOnUpdate: true,
  deleteAnswersObject: true,
  selectableFields: {
    'spec.type': (object) => textAt(object, 'spec', 'type'),
    'spec.clusterIP': (object) => textAt(object, 'spec', 'clusterIP'),
  },
  bookmark: { spec: {}, status: { loadBalancer: {} } },
  defaults: (object) => defaultService(object),
  prepareCreate: (object) => {
    object['status'] = { loadBalancer: {} }
    settleFamilies(object, undefined)
  },
  prepareUpdate: (object, old, context) => {
    if (context.subresource === 'status') return
    patchFromOld(object, old)
    settleFamilies(object, old)
    ensureObject(ensureObject(object, 'status'), 'loadBalancer')
  },
  validate: validateService,
  allocate: allocateAddresses,
}
