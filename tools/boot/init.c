// SPDX-License-Identifier: Apache-2.0
// The first program of the emulated board (tools/pi_boot.sh): loads the modules that /modules names, in that order, mounts
// the disk and hands over to its /sbin/init. A Debian initramfs does as much in 15 s of emulated time.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
  mount("dev", "/dev", "devtmpfs", 0, "");
  FILE* const list = fopen("/modules", "r");
  char name[256];
  while (list != NULL && fgets(name, sizeof name, list) != NULL) {
    name[strcspn(name, "\n")] = '\0';
    const int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0 || syscall(SYS_finit_module, file, "", 0) != 0) perror(name);
    if (file >= 0) close(file);
  }
  int tries = 0;
  while (mount("/dev/vda", "/root", "ext4", 0, "") != 0 && ++tries < 200) usleep(50000);
  mount("/dev", "/root/dev", NULL, MS_MOVE, NULL);
  if (chdir("/root") != 0 || mount(".", "/", NULL, MS_MOVE, NULL) != 0 || chroot(".") != 0) perror("the disk");
  execl("/sbin/init", "/sbin/init", (char*)NULL);
  perror("/sbin/init");
  return 1;
}
