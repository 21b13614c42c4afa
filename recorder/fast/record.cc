#include "recorder/fast/record.h"

#include <atomic>
#include <cstring>

#include "recorder/fast/hook_image.h"

namespace simrec::record {
namespace {

constexpr std::size_t kFixedWords = 4;

/// Takes words off the front of a record.
class Words {
 public:
  explicit Words(std::span<const std::uint64_t> words) : left_(words) {}
  std::uint64_t next() {
    if (left_.empty()) {
      failed_ = true;
      return 0;
    }
    const std::uint64_t word = left_.front();
    left_ = left_.subspan(1);
    return word;
  }
  std::span<const std::uint64_t> next(std::size_t count) {
    failed_ |= count > left_.size();
    if (failed_) return {};
    const auto taken = left_.first(count);
    left_ = left_.subspan(count);
    return taken;
  }
  std::span<const std::uint64_t> rest() const { return left_; }
  bool failed() const { return failed_; }

 private:
  std::span<const std::uint64_t> left_;
  bool failed_ = false;
};

std::size_t words_before(std::uint8_t kind, const FastRecord& record) {
  switch (kind) {
    case HOOK_FCNTL:
      return hook_fcntl_locks(static_cast<std::uint32_t>(record.registers[1])) ? HOOK_LOCK_WORDS : 0;
    case HOOK_PPOLL:
    case HOOK_EPOLL_CTL:
    case HOOK_TIMEOUT_0:
    case HOOK_TIMEOUT_2:
    case HOOK_FUTEX:
      return 2;
    case HOOK_OPTION:
      return 1;
    case HOOK_SELECT:
      return 3;
    case HOOK_NAME_SOCKET:
      return sizeof(HookAddress) / sizeof(std::uint64_t);
    default:
      return 0;
  }
}

ClockReading reading(Words& words, std::uint64_t tsc_before) {
  const std::uint64_t cpu_ns = words.next();
  return {cpu_ns, tsc_before, words.next()};
}

std::uint64_t load(std::uint64_t& word) { return std::atomic_ref(word).load(std::memory_order_acquire); }

}  // namespace

std::optional<FastRecord> parse_record(std::span<const std::uint64_t> all, bool finished) {
  if (all.size() < kFixedWords) return std::nullopt;
  HookHead head;
  std::memcpy(&head, all.data(), sizeof head);
  const HookSpec spec = hook_spec(head.number);
  if (head.words != all.size() || spec.kind == HOOK_NOT_HERE) return std::nullopt;
  FastRecord record;
  record.number = head.number;
  record.flags = head.flags;
  record.entry_tsc = all[1];
  Words words(all.subspan(kFixedWords));
  if ((head.flags & HOOK_CLOCK_AT_ENTRY) != 0) record.clock_at_entry = reading(words, record.entry_tsc);
  for (std::size_t i = 0; i < record.registers.size(); ++i)
    if ((spec.registers >> i & 1) != 0) record.registers[i] = words.next();
  record.before = words.next(words_before(spec.kind, record));
  if (finished) {
    record.exit_tsc = all[2];
    record.result = static_cast<std::int64_t>(all[3]);
    if ((head.flags & HOOK_CLOCK_AT_EXIT) != 0) record.clock_at_exit = reading(words, record.exit_tsc);
    if ((head.flags & HOOK_STACK) != 0) record.stack = words.next();
    record.after = words.rest();
  }
  if (words.failed()) return std::nullopt;
  return record;
}

std::optional<std::uint64_t> asked_until(const FastRecord& record) {
  std::uint64_t until = 0;
  switch (hook_spec(record.number).kind) {
    case HOOK_OPEN_0:
    case HOOK_OPEN_1:
      if (const auto opened = words_as<HookOpened>(record.after)) until = opened->asked_until_tsc;
      break;
    case HOOK_SOCKET:
    case HOOK_ACCEPT:
    case HOOK_NAME_SOCKET:
      if (const auto socket = words_as<HookSocket>(record.after)) until = socket->asked_until_tsc;
      break;
    default:
      break;
  }
  return until > record.exit_tsc ? std::optional(until) : std::nullopt;
}

RingReader::RingReader(HookSlot& slot)
    : slot_(slot), begin_(slot.tail), end_(load(slot.head)), at_(begin_), released_(begin_) {}

RingReader::~RingReader() {
  if (at_ != released_) release();
}

void RingReader::release() {
  released_ = at_;
  std::atomic_ref(slot_.tail).store(at_, std::memory_order_release);
}

std::optional<std::span<const std::uint64_t>> RingReader::copy(std::uint64_t at, std::uint64_t limit) {
  HookHead head;
  std::memcpy(&head, &slot_.ring[at % HOOK_RING_WORDS], sizeof head);
  if (head.words < kFixedWords || head.words > limit) {
    damaged_ = true;
    return std::nullopt;
  }
  const std::uint64_t first = at % HOOK_RING_WORDS;
  if (first + head.words <= HOOK_RING_WORDS) {
    words_.assign(&slot_.ring[first], &slot_.ring[first] + head.words);
  } else {
    words_.resize(head.words);
    for (std::uint64_t i = 0; i < head.words; ++i) words_[i] = slot_.ring[(at + i) % HOOK_RING_WORDS];
  }
  return words_;
}

std::optional<FastRecord> RingReader::next() {
  if (damaged_ || at_ == end_) return std::nullopt;
  const auto words = copy(at_, waiting() > HOOK_RING_WORDS ? 0 : end_ - at_);
  if (!words) return std::nullopt;
  auto record = parse_record(*words);
  damaged_ = !record;
  at_ += words->size();
  constexpr std::uint64_t kReleased = HOOK_RING_WORDS / 16;
  if (at_ - released_ >= kReleased) release();
  return record;
}

std::optional<FastRecord> RingReader::begun() {
  if (load(slot_.phase) != HOOK_BEGUN || damaged_) return std::nullopt;
  const auto words = copy(load(slot_.head), HOOK_RING_WORDS);
  return words ? parse_record(*words, false) : std::nullopt;
}

}  // namespace simrec::record
