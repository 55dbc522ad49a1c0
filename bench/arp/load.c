/* Asks for addresses over ARP and measures the answers. One line of JSON on stdout.
 *
 *   load IFACE closed FIRST COUNT REQUESTS PAUSE_US   one question at a time: round trips in nanoseconds
 *   load IFACE open   FIRST COUNT RATE SECONDS        questions at a fixed rate: how many were answered
 *
 * FIRST is the first of COUNT addresses in a row, asked in turn. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME 60
static int fd;
static uint32_t first, count;
static uint8_t request[FRAME];

static void die(const char *what) { perror(what); exit(1); }

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void open_socket(const char *name) {
  fd = socket(AF_PACKET, SOCK_RAW, 0);
  if (fd < 0) die("socket");
  struct ifreq ifr = {0};
  strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
  if (ioctl(fd, SIOCGIFHWADDR, &ifr) < 0) die(name);
  int size = 16 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP), .sll_ifindex = (int)if_nametoindex(name)};
  if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0) die("bind");
  memset(request, 0xff, 6);
  memcpy(request + 6, ifr.ifr_hwaddr.sa_data, 6);
  static const uint8_t head[] = {8, 6, 0, 1, 8, 0, 6, 4, 0, 1};
  memcpy(request + 12, head, sizeof head);
  memcpy(request + 22, ifr.ifr_hwaddr.sa_data, 6);
  /* The sender is an address that nobody asks for, on the same /16. */
  uint32_t sender = htonl((first & 0xffff0000u) | 0xfffe);
  memcpy(request + 28, &sender, 4);
}

static void ask(uint32_t address) {
  uint32_t target = htonl(address);
  memcpy(request + 38, &target, 4);
  while (send(fd, request, FRAME, 0) < 0)
    if (errno != ENOBUFS && errno != EAGAIN) die("send");
}

/* The address that a frame answers for; 0 when it is no answer. */
static uint32_t answered(const uint8_t *frame, ssize_t length) {
  uint32_t sender;
  if (length < 42 || frame[20] != 0 || frame[21] != 2) return 0;
  memcpy(&sender, frame + 28, 4);
  sender = ntohl(sender);
  return sender - first < count ? sender : 0;
}

static int ascending(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static void closed_loop(uint32_t requests, uint32_t pause_us) {
  struct timeval timeout = {.tv_usec = 200000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  uint64_t *times = calloc(requests, sizeof *times);
  uint32_t good = 0, lost = 0;
  for (uint32_t i = 0; i < requests; i++) {
    uint32_t address = first + i % count;
    uint8_t frame[2048];
    if (pause_us > 0) usleep(pause_us);
    uint64_t start = now();
    ask(address);
    ssize_t length;
    do length = recv(fd, frame, sizeof frame, 0);
    while (length >= 0 && answered(frame, length) != address);
    if (length < 0) lost++;
    else times[good++] = now() - start;
  }
  qsort(times, good, sizeof *times, ascending);
  uint64_t none = 0, *at = good == 0 ? &none : times;
  uint32_t last = good == 0 ? 0 : good - 1;
  printf("{\"answered\":%u,\"lost\":%u,\"p50\":%lu,\"p90\":%lu,\"p99\":%lu,\"max\":%lu}\n", good, lost,
         at[last / 2], at[last * 9ul / 10], at[last * 99ul / 100], at[last]);
}

static uint64_t drain(void) {
  uint8_t frame[2048];
  uint64_t answers = 0;
  ssize_t length;
  while ((length = recv(fd, frame, sizeof frame, MSG_DONTWAIT)) >= 0) answers += answered(frame, length) != 0;
  return answers;
}

static void open_loop(double rate, double seconds) {
  uint64_t start = now(), end = start + (uint64_t)(seconds * 1e9), sent = 0, answers = 0, t;
  while ((t = now()) < end) {
    uint64_t due = (uint64_t)((double)(t - start) * rate / 1e9);
    /* What is late is sent at once, a few at a time, so that answers are read in between. */
    for (int i = 0; i < 16 && sent < due; i++) ask(first + (uint32_t)(sent++ % count));
    answers += drain();
  }
  double elapsed = (double)(now() - start) / 1e9;
  for (int i = 0; i < 20; i++) { usleep(10000); answers += drain(); }
  printf("{\"sent\":%lu,\"answered\":%lu,\"rate\":%.0f}\n", sent, answers, (double)sent / elapsed);
}

int main(int argc, char **argv) {
  struct in_addr address;
  if (argc != 7 || inet_aton(argv[3], &address) == 0) return fprintf(stderr, "wrong arguments\n"), 2;
  first = ntohl(address.s_addr);
  count = (uint32_t)atoi(argv[4]);
  open_socket(argv[1]);
  if (strcmp(argv[2], "closed") == 0) closed_loop((uint32_t)atoi(argv[5]), (uint32_t)atoi(argv[6]));
  else open_loop(atof(argv[5]), atof(argv[6]));
  return 0;
}
