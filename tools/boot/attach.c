// SPDX-License-Identifier: Apache-2.0
// The cable of the emulated board (tools/pi_boot.sh) to tools/boot/virtual_dongle.py: asks for the device over USB/IP
// and gives the connection to the kernel's vhci_hcd, again and again, so that a dongle that was pulled out can come
// back. usage: attach ADDRESS PORT
#include <arpa/inet.h>
#include <endian.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char* const kStatus = "/sys/devices/platform/vhci_hcd.0/status";
static const char* const kAttach = "/sys/devices/platform/vhci_hcd.0/attach";

// Port 0 is the first one of high speed; 004 means that nothing is in it.
static int is_free(void) {
  char text[512] = "";
  const int file = open(kStatus, O_RDONLY | O_CLOEXEC);
  const ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (file >= 0) close(file);
  return length > 0 && strstr(text, "hs  0000 004") != NULL;
}

static int attach(const char* address, int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  inet_pton(AF_INET, address, &to.sin_addr);
  const int server = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  int done = 0;
  // OP_REQ_IMPORT of version 1.1.1 and the name of the device; the answer is 8 bytes, and 312 more when it may be had.
  unsigned char ask[40] = {0x01, 0x11, 0x80, 0x03, 0, 0, 0, 0, '1', '-', '1'};
  unsigned char answer[312];
  if (connect(server, (struct sockaddr*)&to, sizeof to) == 0 && write(server, ask, sizeof ask) == (ssize_t)sizeof ask &&
      recv(server, answer, 8, MSG_WAITALL) == 8 && answer[7] == 0 &&
      recv(server, answer, sizeof answer, MSG_WAITALL) == (ssize_t)sizeof answer) {
    uint32_t place[2];  // after a path of 256 bytes and a name of 32: bus and number
    memcpy(place, answer + 288, sizeof place);
    char words[64];
    // Port, socket, device, and 3 for high speed.
    const int length = snprintf(words, sizeof words, "0 %d %u 3", server, be32toh(place[0]) << 16 | be32toh(place[1]));
    const int file = open(kAttach, O_WRONLY | O_CLOEXEC);
    done = file >= 0 && write(file, words, (size_t)length) == length;
    if (!done) perror(kAttach);
    if (file >= 0) close(file);
  }
  close(server);
  return done;
}

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  for (;;) {
    if (is_free()) attach(argv[1], atoi(argv[2]));
    usleep(500000);
  }
}
