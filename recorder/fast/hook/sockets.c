/* Calls that make internet sockets or give them addresses: what the recorder wants to know of a socket is asked for
 * right behind the call, while it is certain which one the descriptor refers to. None of this waits for anything.
 *
 * Each question takes longer than all else the hook does, so what must be so anyway is not asked for. */
#include "recorder/fast/hook/hook_record.h"

/* Numbers of <sys/socket.h>, <fcntl.h>, <errno.h>, whose headers want a C library. */
enum {
  kInternet4 = 2,
  kInternet6 = 10,
  kStream = 1,
  kTypeMask = 0xf,
  kSocketLevel = 1,
  kProtocol = 38,
  kTcp = 6,
  kDomain = 39,
  kMemory = 55,
  kCookie = 57,
  kNamespaceCookie = 71,
  kGetFlags = 3,
  kNonblocking = 0x800,
  kInterrupted = 4,
  kInProgress = 115,
};

/* Words of a slot's scratch: struct stat (144 bytes), an option's value, a length, a name. */
enum { kStatusAt = 0, kValueAt = 18, kLengthAt = 19, kNameAt = 20 };
_Static_assert(kNameAt + HOOK_ADDRESS_WORDS <= sizeof((struct HookSlot*)0)->scratch / 8, "scratch");

static uint64_t option(struct HookSlot* slot, uint64_t fd, uint64_t name, uint64_t bytes) {
  slot->scratch[kValueAt] = 0;
  slot->scratch[kLengthAt] = bytes;
  const uint64_t result = hook_own_call(__NR_getsockopt, fd, kSocketLevel, name, (uint64_t)&slot->scratch[kValueAt],
                                        (uint64_t)&slot->scratch[kLengthAt]);
  return failed(result) ? 0 : slot->scratch[kValueAt];
}

/* Both sizes of buffers with one question: SO_MEMINFO, see <linux/sock_diag.h>. */
static void put_buffers(struct Record* r, uint64_t fd) {
  enum { kReceive = 1, kSend = 3, kWanted = 4 };
  struct HookSlot* const slot = r->slot;
  uint32_t* const sizes = (uint32_t*)&slot->scratch[kNameAt];
  sizes[kReceive] = sizes[kSend] = 0;
  slot->scratch[kLengthAt] = kWanted * sizeof *sizes;
  hook_own_call(__NR_getsockopt, fd, kSocketLevel, kMemory, (uint64_t)sizes, (uint64_t)&slot->scratch[kLengthAt]);
  put(r, sizes[kSend] | (uint64_t)sizes[kReceive] << 32);
}

int is_tcp(struct HookSlot* slot, uint64_t fd) { return option(slot, fd, kProtocol, 4) == kTcp; }

static int is_internet(uint64_t domain) { return domain == kInternet4 || domain == kInternet6; }

int64_t socket_room(uint8_t kind, struct HookSlot* slot) {
  const struct HookFrame* f = &slot->frame;
  const int64_t words = (sizeof(struct HookSocket) + sizeof(struct HookAddress)) / 8;
  /* A datagram socket gets its address with its first datagram, which only tier 1 follows. */
  if (kind == HOOK_SOCKET) return is_internet((uint32_t)f->rdi) && (f->rsi & kTypeMask) == kStream ? words : kNotHere;
  /* Other names may be longer than what a record has room for. */
  if (kind == HOOK_NAME_SOCKET) return is_internet(hook_peek_byte(f->rsi).value) ? words : kNotHere;
  return is_internet(option(slot, f->rdi, kDomain, 4)) ? words : kNotHere;
}

static void put_nothing(struct Record* r, uint64_t words) {
  for (uint64_t i = 0; i < words; ++i) put(r, 0);
}

/* As tier 1 does it: all of it can be read, or there is none. */
void socket_before(struct Record* r, const struct HookFrame* f) {
  const uint64_t first = r->at, given = (uint32_t)f->rdx;
  const uint64_t bytes = given < HOOK_MOST_ADDRESS ? given : HOOK_MOST_ADDRESS;
  put_nothing(r, sizeof(struct HookAddress) / 8);
  if (f->rsi == 0 || bytes == 0) return;
  for (uint64_t i = 0; i < bytes; ++i) {
    const struct Peeked byte = hook_peek_byte(f->rsi + i);
    if (byte.failed) return;
    if (i < HOOK_ADDRESS_WORDS * 8) *word(r, first + 1 + i / 8) |= byte.value << (i % 8 * 8);
  }
  *word(r, first) = bytes;
}

static void put_address(struct Record* r, uint64_t bytes, const uint64_t* words) {
  put(r, bytes);
  for (int i = 0; i < HOOK_ADDRESS_WORDS; ++i) put(r, words[i]);
}

static uint64_t* name_buffer(struct Record* r) {
  uint64_t* const name = &r->slot->scratch[kNameAt];
  for (int i = 0; i < HOOK_ADDRESS_WORDS; ++i) name[i] = 0;
  return name;
}

static void put_name(struct Record* r, uint64_t number, uint64_t fd) {
  uint64_t* const name = name_buffer(r);
  uint64_t* const length = &r->slot->scratch[kLengthAt];
  *length = HOOK_ADDRESS_WORDS * 8;
  const uint64_t result = hook_own_call(number, fd, (uint64_t)name, (uint64_t)length, 0, 0);
  put_address(r, failed(result) ? 0 : (uint32_t)*length, name);
}

/* Of a socket that was just made: any address, and no peer. */
static void put_no_names(struct Record* r, uint64_t domain) {
  uint64_t* const name = name_buffer(r);
  name[0] = domain;
  put_address(r, domain == kInternet4 ? 16 : 28, name);
  name[0] = 0;
  put_address(r, 0, name);
}

static void put_names(struct Record* r, uint64_t fd) {
  put_name(r, __NR_getsockname, fd);
  put_name(r, __NR_getpeername, fd);
}

/* Returns 0 when the descriptor is gone. */
static int put_identity(struct Record* r, uint64_t fd) {
  struct HookSlot* const slot = r->slot;
  /* struct stat: device, then inode */
  const uint64_t* status = &slot->scratch[kStatusAt];
  if (failed(hook_own_call(__NR_fstat, fd, (uint64_t)status, 0, 0, 0))) {
    put_nothing(r, sizeof(struct HookSocket) / 8 - 1);
    return 0;
  }
  put(r, status[0]);
  put(r, status[1]);
  put(r, option(slot, fd, kCookie, 8));
  return 1;
}

static void put_made(struct Record* r, const struct HookFrame* f, uint64_t fd) {
  if (!put_identity(r, fd)) return;
  const int fresh = f->rax == __NR_socket;
  const uint64_t flags = fresh ? f->rsi : f->rax == __NR_accept4 ? f->r10 : 0;
  put(r, option(r->slot, fd, kNamespaceCookie, 8));
  put_buffers(r, fd);
  const uint64_t kind_at = r->at;
  put(r, (fresh ? (uint32_t)f->rdi : 0) | (uint64_t)kStream << 32);
  put(r, flags & kNonblocking);
  if (fresh) return put_no_names(r, (uint32_t)f->rdi);
  put_names(r, fd);
  *word(r, kind_at) |= *word(r, kind_at + 3) & 0xffff; /* the family of its address */
}

static void put_named(struct Record* r, uint64_t fd) {
  if (!put_identity(r, fd)) return;
  put(r, 0);
  put_buffers(r, fd);
  put(r, 0);
  const uint64_t flags = hook_own_call(__NR_fcntl, fd, kGetFlags, 0, 0, 0);
  put(r, failed(flags) ? 0 : flags);
  put_names(r, fd);
}

int socket_after(struct Record* r, uint8_t kind, const struct HookFrame* f, uint64_t result) {
  const int naming = kind == HOOK_NAME_SOCKET;
  const int under_way =
      f->rax == __NR_connect && (result == (uint64_t)-kInProgress || result == (uint64_t)-kInterrupted);
  if (failed(result) && !(naming && under_way)) return 0;
  if (naming)
    put_named(r, f->rdi);
  else
    put_made(r, f, result);
  return 1;
}
