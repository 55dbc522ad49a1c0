# The image that `lbctl install` runs: node, the bundle, and nothing else; no shell, no package manager.
#
#   docker buildx build --platform linux/amd64,linux/arm64 --build-arg COMMIT=$(git rev-parse --short HEAD) -t NAME --push .
#
# Both stages are of the target platform: the build leaves code that V8 compiled beside each file, which is good for the same node on
# the same kind of processor only.
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY bin bin
COPY scripts scripts
COPY src src
# The repository is not in the build context, so the commit has to be told.
ARG COMMIT=unknown
RUN echo "$COMMIT" > scripts/git-archive.txt && node scripts/build.mjs --quiet

# glibc and libstdc++, which node and koffi's addon are linked to.
FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="lbctl" org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /src/bin/run.js /src/bin/package.json /app/bin/
COPY --from=build /src/package.json /app/package.json
COPY --from=build /src/dist /app/dist
# The one package that is not in the bundle: a native addon, of the platform of this stage.
COPY --from=build /src/node_modules/koffi /app/node_modules/koffi
COPY --from=build /src/node_modules/@koromix /app/node_modules/@koromix
COPY oclif.manifest.json LICENSE /app/
COPY docs /app/docs
ENV NODE_ENV=production
# Controllers run as this user. The DaemonSet asks for uid 0, to which alone Kubernetes gives NET_RAW.
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/node", "/app/bin/run.js"]
