// SPDX-License-Identifier: Apache-2.0
//
// The test program inside the guest: calls the ioctls of /dev/rpmsg_ctrlN and moves messages through
// /dev/rpmsgN and /dev/ttyRPMSGN. Every command prints one line that begins with its name: "ok" and
// figures, or the step that failed with the name of its errno. Exit codes: 0 ok, 1 not ok, 2 bad
// arguments.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum {
  NAME_SIZE = 32,          // bytes of a channel name, with its NUL
  BUFFER_SIZE = 4096,      // more than any message
  HEADER_SIZE = 8,         // of a message of flood, send and receive
  REPLY_TIMEOUT = 5000,    // ms that one echo may take
  IDLE_TIMEOUT = 10,       // s; a direction in which nothing moves ends after one to two of them
  WINDOW = 1024,           // messages that flood keeps on their way
  MAX_NODES = 65536,       // /dev/rpmsgN that are told apart
};

// The argument of the control device's ioctls: 40 bytes, the same with 32 and 64 bits.
struct endpoint_info {
  char name[NAME_SIZE];
  uint32_t src;
  uint32_t dst;
};

#define CREATE_EPT _IOW(0xb5, 1, struct endpoint_info)
#define DESTROY_EPT _IO(0xb5, 2)
#define CREATE_DEV _IOW(0xb5, 3, struct endpoint_info)
#define RELEASE_DEV _IOW(0xb5, 4, struct endpoint_info)

static const char *command;

static int report(bool ok, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  printf("%s %s\n", command, text);
  fflush(stdout);
  return ok ? 0 : 1;
}

static const char *errno_name(int error) {
  static char text[16];
  const char *name = error ? strerrorname_np(error) : "none";
  if (name) return name;
  snprintf(text, sizeof text, "errno-%d", error);
  return text;
}

static int failed(const char *step) { return report(false, "%s %s", step, errno_name(errno)); }

static void bad_arguments(const char *what, const char *value) {
  fprintf(stderr, "rpmsg-guest: %s: %s\n", what, value);
  exit(2);
}

// A number in decimal or 0x, or -1 or "any" for RPMSG_ADDR_ANY.
static uint32_t number(const char *text) {
  char *end;
  if (!strcmp(text, "any") || !strcmp(text, "-1")) return UINT32_MAX;
  errno = 0;
  unsigned long long value = strtoull(text, &end, 0);
  if (errno || end == text || *end || value > UINT32_MAX) bad_arguments("not a number", text);
  return (uint32_t)value;
}

static uint32_t at_most(const char *text, uint32_t limit) {
  uint32_t value = number(text);
  if (value > limit) bad_arguments("too large", text);
  return value;
}

// ---- the control device ----

static int control(const char *path, unsigned long request, struct endpoint_info *info) {
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return -1;
  int result = ioctl(fd, request, info);
  int error = errno;
  close(fd);
  errno = error;
  return result;
}

static struct endpoint_info endpoint(char **arguments) {
  struct endpoint_info info = {.src = number(arguments[1]), .dst = number(arguments[2])};
  if (strlen(arguments[0]) >= NAME_SIZE) bad_arguments("name too long", arguments[0]);
  strncpy(info.name, arguments[0], NAME_SIZE - 1);
  return info;
}

static void list_nodes(bool present[MAX_NODES]) {
  struct dirent *entry;
  unsigned index;
  DIR *folder = opendir("/sys/class/rpmsg");
  memset(present, 0, MAX_NODES * sizeof *present);
  while (folder && (entry = readdir(folder)))
    if (sscanf(entry->d_name, "rpmsg%u", &index) == 1 && index < MAX_NODES) present[index] = true;
  if (folder) closedir(folder);
}

static int create_ept(char **arguments) {
  static bool before[MAX_NODES], after[MAX_NODES];
  struct endpoint_info info = endpoint(arguments + 1);
  list_nodes(before);
  if (control(arguments[0], CREATE_EPT, &info)) return failed("ioctl");
  list_nodes(after);
  for (int i = 0; i < MAX_NODES; i++)
    if (after[i] && !before[i]) return report(true, "ok /dev/rpmsg%d", i);
  return report(false, "no new node in /sys/class/rpmsg");
}

static int create_dev(char **arguments) {
  struct endpoint_info info = endpoint(arguments + 1);
  return control(arguments[0], CREATE_DEV, &info) ? failed("ioctl") : report(true, "ok");
}

static int release_dev(char **arguments) {
  struct endpoint_info info = endpoint(arguments + 1);
  return control(arguments[0], RELEASE_DEV, &info) ? failed("ioctl") : report(true, "ok");
}

// Makes and releases COUNT channels, one after the other, on 1000 addresses in turn. Each is
// announced and withdrawn if a driver takes channels of that name.
static int storm(char **arguments) {
  uint32_t count = number(arguments[1]), done = 0;
  int fd = open(arguments[0], O_RDWR | O_CLOEXEC);
  if (fd < 0) return failed("open");
  for (; done < count; done++) {
    struct endpoint_info info = {.src = 0x10000 + done % 1000, .dst = UINT32_MAX};
    strncpy(info.name, arguments[2], NAME_SIZE - 1);
    if (ioctl(fd, CREATE_DEV, &info)) break;
    if (ioctl(fd, RELEASE_DEV, &info)) break;
  }
  if (done < count) return report(false, "%s after %u", errno_name(errno), done);
  return report(true, "ok %u", done);
}

// ---- one message at a time ----

static int destroy(char **arguments) {
  int fd = open(arguments[0], O_RDWR | O_CLOEXEC);
  if (fd < 0) return failed("open");
  return ioctl(fd, DESTROY_EPT) ? failed("ioctl") : report(true, "ok");
}

static void fill(unsigned char *bytes, size_t size, unsigned seed) {
  for (size_t i = 0; i < size; i++) bytes[i] = (unsigned char)(seed + i * 7);
}

static int write_one(char **arguments) {
  static unsigned char bytes[BUFFER_SIZE];
  uint32_t size = at_most(arguments[1], BUFFER_SIZE);
  int fd = open(arguments[0], O_RDWR | O_CLOEXEC);
  if (fd < 0) return failed("open");
  fill(bytes, size, size);
  ssize_t written = write(fd, bytes, size);
  return written < 0 ? failed("write") : report(true, "ok %zd", written);
}

static bool is_readable(int fd) {
  struct pollfd wanted = {.fd = fd, .events = POLLIN};
  int ready = poll(&wanted, 1, REPLY_TIMEOUT);
  if (ready == 1 && wanted.revents & POLLIN) return true;
  if (ready >= 0) errno = ready ? EPIPE : ETIMEDOUT;
  return false;
}

// Prints the length and the bytes, in hexadecimal, of the next message.
static int read_one(char **arguments) {
  static unsigned char bytes[BUFFER_SIZE];
  int fd = open(arguments[0], O_RDWR | O_CLOEXEC);
  if (fd < 0) return failed("open");
  if (!is_readable(fd)) return failed("poll");
  ssize_t size = read(fd, bytes, sizeof bytes);
  if (size < 0) return failed("read");
  printf("%s ok %zd ", command, size);
  for (ssize_t i = 0; i < size; i++) printf("%02x", bytes[i]);
  printf("\n");
  return 0;
}

// Writes one message of every size and wants each of them back.
static int ping(char **arguments) {
  static unsigned char sent[BUFFER_SIZE], received[BUFFER_SIZE];
  uint32_t from = at_most(arguments[1], BUFFER_SIZE), to = at_most(arguments[2], BUFFER_SIZE);
  int fd = open(arguments[0], O_RDWR | O_CLOEXEC);
  if (fd < 0) return failed("open");
  for (uint32_t size = from; size <= to; size++) {
    fill(sent, size, size);
    const char *step = "write";
    ssize_t result = write(fd, sent, size);
    if (result == size) {
      step = "poll";
      result = is_readable(fd) ? 0 : -1;
    }
    if (result == 0) {
      step = "read";
      result = read(fd, received, sizeof received);
    }
    if (result < 0) return report(false, "%s %s at %u", step, errno_name(errno), size);
    if (result != size) return report(false, "%s %zd bytes at %u", step, result, size);
    if (memcmp(sent, received, size)) return report(false, "other bytes at %u", size);
  }
  return report(true, "ok %u", from <= to ? to - from + 1 : 0);
}

// COUNT blocks of 1 to 496 bytes through a terminal whose peer sends them back.
static int tty(char **arguments) {
  static unsigned char sent[BUFFER_SIZE], received[BUFFER_SIZE];
  uint32_t count = number(arguments[1]);
  struct termios settings;
  int fd = open(arguments[0], O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) return failed("open");
  if (tcgetattr(fd, &settings)) return failed("tcgetattr");
  cfmakeraw(&settings);
  if (tcsetattr(fd, TCSANOW, &settings)) return failed("tcsetattr");
  for (uint32_t i = 0; i < count; i++) {
    size_t size = 1 + i * 37 % 496, have = 0;
    fill(sent, size, i);
    if (write(fd, sent, size) != (ssize_t)size) return failed("write");
    while (have < size) {
      if (!is_readable(fd)) return report(false, "poll %s at %u", errno_name(errno), i);
      ssize_t part = read(fd, received + have, size - have);
      if (part <= 0) return report(false, "read %zd at %u", part, i);
      have += (size_t)part;
    }
    if (memcmp(sent, received, size)) return report(false, "other bytes at %u", i);
  }
  return report(true, "ok %u", count);
}

// ---- many messages ----
//
// A message is: sequence number (u32, from 0), CRC-32 (u32) of all other bytes, then bytes of which
// byte i is (sequence + i) mod 256, i counted from the start of the message. Little-endian.

static uint32_t crc_table[256];

static void init_crc(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? 0xedb88320u : 0);
    crc_table[i] = value;
  }
}

static uint32_t crc(uint32_t value, const unsigned char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) value = value >> 8 ^ crc_table[(value ^ bytes[i]) & 0xff];
  return value;
}

static uint32_t message_crc(const unsigned char *message, size_t size) {
  return ~crc(crc(~0u, message, 4), message + HEADER_SIZE, size - HEADER_SIZE);
}

static void put32(unsigned char *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (unsigned char)(value >> 8 * i);
}

static uint32_t get32(const unsigned char *at) {
  return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

// What the writing and the reading process share.
struct progress {
  _Atomic uint32_t sent, received, bad;
  _Atomic int write_errno, read_errno;
};

static void interrupt(int signal) { (void)signal; }

// Ends blocking calls with EINTR, once per IDLE_TIMEOUT.
static void interrupt_blocking_calls(void) {
  struct sigaction action = {.sa_handler = interrupt};
  struct itimerval period = {{IDLE_TIMEOUT, 0}, {IDLE_TIMEOUT, 0}};
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &period, NULL);
}

// True if a call that failed is to be repeated: it was interrupted, and something has moved since
// the interruption before.
static bool goes_on(uint32_t moved, uint32_t *moved_before, _Atomic int *error) {
  if (errno == EINTR && moved != *moved_before) {
    *moved_before = moved;
    return true;
  }
  *error = errno == EINTR ? ETIMEDOUT : errno;
  return false;
}

static void write_messages(int fd, uint32_t count, size_t size, bool windowed, struct progress *p) {
  static unsigned char message[BUFFER_SIZE];
  uint32_t moved_before = UINT32_MAX;
  interrupt_blocking_calls();
  while (p->sent < count && !p->read_errno) {
    uint32_t sequence = p->sent;
    if (windowed && sequence - p->received >= WINDOW) {
      usleep(200);
      continue;
    }
    put32(message, sequence);
    for (size_t i = HEADER_SIZE; i < size; i++) message[i] = (unsigned char)(sequence + i);
    put32(message + 4, message_crc(message, size));
    if (write(fd, message, size) == (ssize_t)size)
      p->sent++;
    else if (!goes_on(sequence, &moved_before, &p->write_errno))
      return;
  }
}

static void read_messages(int fd, uint32_t count, struct progress *p) {
  static unsigned char message[BUFFER_SIZE];
  uint32_t moved_before = UINT32_MAX;
  interrupt_blocking_calls();
  while (p->received < count) {
    ssize_t size = read(fd, message, sizeof message);
    if (size < 0) {
      if (!goes_on(p->received, &moved_before, &p->read_errno)) return;
      continue;
    }
    bool good = size >= HEADER_SIZE && get32(message) == p->received &&
                get32(message + 4) == message_crc(message, (size_t)size);
    if (!good) p->bad++;
    p->received++;
  }
}

static int transfer(char **arguments, bool sending, bool receiving) {
  uint32_t count = number(arguments[1]);
  uint32_t size = sending ? at_most(arguments[2], BUFFER_SIZE) : 0;
  if (sending && size < HEADER_SIZE) bad_arguments("less than 8 bytes", arguments[2]);
  struct progress *p =
      mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return failed("mmap");
  int fd = open(arguments[0], O_RDWR | O_CLOEXEC);
  if (fd < 0) return failed("open");
  init_crc();
  pid_t reader = receiving ? fork() : 0;
  if (reader < 0) return failed("fork");
  if (receiving && reader == 0) {
    read_messages(fd, count, p);
    _exit(0);
  }
  if (sending) write_messages(fd, count, size, receiving, p);
  if (receiving) waitpid(reader, NULL, 0);
  bool ok = (!sending || p->sent == count) && (!receiving || p->received == count) && !p->bad;
  return report(ok, "%s sent %u received %u bad %u write %s read %s", ok ? "ok" : "failed",
                p->sent, p->received, p->bad, errno_name(p->write_errno),
                errno_name(p->read_errno));
}

static int flood(char **arguments) { return transfer(arguments, true, true); }

static int send_only(char **arguments) { return transfer(arguments, true, false); }

static int receive_only(char **arguments) { return transfer(arguments, false, true); }

static const struct {
  const char *name, *arguments;
  int count;
  int (*run)(char **);
} commands[] = {
    {"create-ept", "CTRL NAME SRC DST", 4, create_ept},
    {"create-dev", "CTRL NAME SRC DST", 4, create_dev},
    {"release-dev", "CTRL NAME SRC DST", 4, release_dev},
    {"storm", "CTRL COUNT NAME", 3, storm},
    {"destroy", "DEV", 1, destroy},
    {"write", "DEV SIZE", 2, write_one},
    {"read", "DEV", 1, read_one},
    {"ping", "DEV FROM TO", 3, ping},
    {"tty", "DEV COUNT", 2, tty},
    {"flood", "DEV COUNT SIZE", 3, flood},
    {"send", "DEV COUNT SIZE", 3, send_only},
    {"receive", "DEV COUNT", 2, receive_only},
};

int main(int argc, char **argv) {
  size_t known = sizeof commands / sizeof *commands;
  for (size_t i = 0; argc > 1 && i < known; i++)
    if (!strcmp(argv[1], commands[i].name) && argc - 2 == commands[i].count) {
      command = commands[i].name;
      return commands[i].run(argv + 2);
    }
  for (size_t i = 0; i < known; i++)
    fprintf(stderr, "rpmsg-guest %s %s\n", commands[i].name, commands[i].arguments);
  return 2;
}
