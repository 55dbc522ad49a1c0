/* The yardstick: the smallest useful ARP responder, a loop of recvfrom and sendto over one packet socket.
 *   loop IFACE FIRST COUNT   answers for COUNT addresses in a row until it is killed; prints "ready" */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
  struct in_addr address;
  if (argc != 4 || inet_aton(argv[2], &address) == 0) return fprintf(stderr, "wrong arguments\n"), 2;
  uint32_t first = ntohl(address.s_addr), count = (uint32_t)atoi(argv[3]);
  int fd = socket(AF_PACKET, SOCK_RAW, 0);
  struct ifreq ifr = {0};
  strncpy(ifr.ifr_name, argv[1], IFNAMSIZ - 1);
  if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &ifr) < 0) return perror(argv[1]), 1;
  int size = 4 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP), .sll_ifindex = (int)if_nametoindex(argv[1])};
  if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0) return perror("bind"), 1;
  puts("ready");
  fflush(stdout);

  uint8_t frame[2048], reply[60] = {0};
  static const uint8_t head[] = {8, 6, 0, 1, 8, 0, 6, 4, 0, 2};
  memcpy(reply + 6, ifr.ifr_hwaddr.sa_data, 6);
  memcpy(reply + 12, head, sizeof head);
  memcpy(reply + 22, ifr.ifr_hwaddr.sa_data, 6);
  for (;;) {
    struct sockaddr_ll from;
    socklen_t from_length = sizeof from;
    ssize_t length = recvfrom(fd, frame, sizeof frame, 0, (struct sockaddr *)&from, &from_length);
    uint32_t target;
    if (length < 42 || frame[20] != 0 || frame[21] != 1) continue;
    memcpy(&target, frame + 38, 4);
    if (ntohl(target) - first >= count) continue;
    memcpy(reply, frame + 22, 6);
    memcpy(reply + 28, frame + 38, 4);
    memcpy(reply + 32, frame + 22, 10);
    sendto(fd, reply, sizeof reply, 0, (struct sockaddr *)&from, from_length);
  }
}
