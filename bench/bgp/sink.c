/* A BGP peer that takes everything and keeps nothing: the least handshake, then it counts the IPv4 prefixes of UPDATEs.
 * Usage: sink ADDRESS AS COUNT. Prints, each with the time of CLOCK_MONOTONIC in nanoseconds:
 *   ready 0 · established T · last T updates bytes (when COUNT prefixes are there) · update T (each one after that) */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 19, OPEN = 1, UPDATE = 2, KEEPALIVE = 4 };

static uint8_t buffer[1 << 20];

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int u16(const uint8_t *p) { return p[0] << 8 | p[1]; }

/* OPEN with 4-byte AS numbers and IPv4 unicast, and a KEEPALIVE behind it. */
static void greet(int fd, uint32_t as) {
  uint8_t m[HEADER + 10 + 16 + HEADER];
  memset(m, 0xff, sizeof m);
  uint8_t open[] = {0, HEADER + 10 + 16, OPEN, 4, as >> 8, as, 0, 90, 192, 0, 2, 2, 16, 2, 14, 1, 4, 0, 1, 0, 1,
                    65, 4, as >> 24, as >> 16, as >> 8, as, 2, 0};
  memcpy(m + 16, open, sizeof open);
  uint8_t *k = m + HEADER + 10 + 16;
  k[16] = 0, k[17] = HEADER, k[18] = KEEPALIVE;
  if (write(fd, m, sizeof m) != sizeof m) exit(1);
}

static long prefixes(const uint8_t *at, const uint8_t *end) {
  long count = 0;
  for (; at < end; at += 1 + (*at + 7) / 8) count++;
  return count;
}

/* Announced minus withdrawn is not needed: no speaker of the bench withdraws. */
static long announced(const uint8_t *m, int length) {
  const uint8_t *attributes = m + HEADER + 2 + u16(m + HEADER);
  return prefixes(attributes + 2 + u16(attributes), m + length);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(179)};
  inet_pton(AF_INET, argv[1], &address.sin_addr);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 8)) return perror("bind"), 1;
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("ready 0\n");
  int fd = accept(listener, NULL, NULL);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  long wanted = atol(argv[3]), seen = 0, updates = 0, established = 0;
  long long bytes = 0;
  size_t held = 0;
  for (;;) {
    ssize_t got = read(fd, buffer + held, sizeof buffer - held);
    if (got <= 0) return 0;
    held += got;
    size_t at = 0;
    while (held - at >= HEADER && held - at >= (size_t)u16(buffer + at + 16)) {
      const uint8_t *m = buffer + at;
      int length = u16(m + 16);
      at += length;
      if (m[18] == OPEN) greet(fd, strtoul(argv[2], NULL, 10));
      if (m[18] == KEEPALIVE && !established) established = 1, printf("established %lld\n", now());
      if (m[18] != UPDATE) continue;
      long fresh = announced(m, length);
      if (fresh == 0) continue;
      if (seen >= wanted) printf("update %lld\n", now());
      else {
        updates++, bytes += length, seen += fresh;
        if (seen >= wanted) printf("last %lld %ld %lld\n", now(), updates, bytes);
      }
    }
    memmove(buffer, buffer + at, held -= at);
  }
}
