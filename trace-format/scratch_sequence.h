// A sequence that may be far longer than memory: an array in chunks of a ScratchSpace.
#pragma once

#include <algorithm>
#include <compare>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "trace-format/scratch_space.h"

namespace simrec {

/// Like a vector, but elements never move once there are more than fill a chunk, and are not all in memory. Without a
/// space it is all in memory. Going along is as fast as in a vector; so is jumping within few chunks. A reference stays
/// valid until the element is removed or the first chunk grows (push_back).
template <class T>
class ScratchSequence {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  static constexpr std::size_t kPerChunk = ScratchSpace::kChunkBytes / sizeof(T);

  template <class Value>
  class Iterator;
  using value_type = T;
  using iterator = Iterator<T>;
  using const_iterator = Iterator<const T>;

  ScratchSequence() = default;
  explicit ScratchSequence(std::shared_ptr<ScratchSpace> space) : space_(std::move(space)) {}
  ScratchSequence(std::initializer_list<T> values) { append({values.begin(), values.size()}); }
  ScratchSequence(const std::vector<T>& values) { append(values); }
  ScratchSequence(const ScratchSequence& other) : space_(other.space_) {
    while (size_ < other.size_) append(other.run(size_));
  }
  ScratchSequence(ScratchSequence&& other) noexcept { swap(other); }
  ScratchSequence& operator=(ScratchSequence other) noexcept {
    swap(other);
    return *this;
  }
  ~ScratchSequence() { clear(); }

  /// Where its chunks come from; nullptr = memory.
  const std::shared_ptr<ScratchSpace>& space() const { return space_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](std::size_t i) const { return *element(i); }
  T& operator[](std::size_t i) { return *element(i); }
  const T& back() const { return end_of_tail_[-1]; }
  T& back() { return end_of_tail_[-1]; }
  const T& front() const { return *element(0); }

  void push_back(const T& value) {
    const T copy = value;  // it may be one of ours
    if (end_of_tail_ == tail_limit_) grow();
    *end_of_tail_++ = copy;
    ++size_;
  }
  void append(std::span<const T> values) {
    for (const T& value : values) push_back(value);
  }
  /// Removes elements from the end: `size` are left.
  void truncate(std::size_t size);
  void clear() { truncate(0); }

  /// Elements from `first` on (first < size()) that lie one behind the other in memory: at least one.
  std::span<const T> run(std::size_t first) const {
    const T* begin = element(first);
    return {begin, std::min(first_ + kPerChunk, size_) - first};
  }

  iterator begin() { return {this, 0}; }
  iterator end() { return {this, size_}; }
  const_iterator begin() const { return {this, 0}; }
  const_iterator end() const { return {this, size_}; }

  bool operator==(const ScratchSequence& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }

 private:
  T* element(std::size_t i) const {
    if (i - first_ >= kPerChunk) [[unlikely]]
      enter(i / kPerChunk);
    return current_ + (i - first_);
  }
  void enter(std::size_t chunk) const {
    use(current_);  // it may have left memory and come back since it was entered
    current_ = chunks_[chunk];
    use(current_);
    first_ = chunk * kPerChunk;
  }
  void use(const T* chunk) const {
    if (space_) space_->use(reinterpret_cast<const std::byte*>(chunk));
  }
  void grow();
  T* allocate() { return reinterpret_cast<T*>(space_ ? space_->allocate() : bytes(ScratchSpace::kChunkBytes)); }
  static std::byte* bytes(std::size_t count) { return static_cast<std::byte*>(::operator new(count)); }
  void free_last();
  void swap(ScratchSequence& other) noexcept {
    std::swap(space_, other.space_);
    std::swap(chunks_, other.chunks_);
    std::swap(capacity_of_first_, other.capacity_of_first_);
    std::swap(size_, other.size_);
    std::swap(end_of_tail_, other.end_of_tail_);
    std::swap(tail_limit_, other.tail_limit_);
    std::swap(current_, other.current_);
    std::swap(first_, other.first_);
  }

  std::shared_ptr<ScratchSpace> space_;
  std::vector<T*> chunks_;
  std::size_t capacity_of_first_ = 0;  ///< the first chunk grows before there are others
  std::size_t size_ = 0;
  T* end_of_tail_ = nullptr;  ///< where the next element goes in the last chunk
  T* tail_limit_ = nullptr;
  mutable T* current_ = nullptr;   ///< chunk used last
  mutable std::size_t first_ = 0;  ///< index of its first element
};

template <class T>
void ScratchSequence<T>::grow() {
  constexpr std::size_t kFewest = 4;
  if (chunks_.empty() || capacity_of_first_ < kPerChunk) {
    const std::size_t wanted = std::max(kFewest, 2 * capacity_of_first_);
    const bool whole = wanted >= kPerChunk;
    T* larger = whole ? allocate() : reinterpret_cast<T*>(bytes(wanted * sizeof(T)));
    if (size_ > 0) std::memcpy(static_cast<void*>(larger), chunks_[0], size_ * sizeof(T));
    if (!chunks_.empty()) ::operator delete(chunks_[0]);
    chunks_.assign(1, larger);
    capacity_of_first_ = std::min(wanted, kPerChunk);
    current_ = larger;
    first_ = 0;
    end_of_tail_ = larger + size_;
    tail_limit_ = larger + capacity_of_first_;
  } else {
    use(chunks_.back());
    chunks_.push_back(allocate());
    end_of_tail_ = chunks_.back();
    tail_limit_ = end_of_tail_ + kPerChunk;
  }
  use(chunks_.back());
}

template <class T>
void ScratchSequence<T>::free_last() {
  T* last = chunks_.back();
  if (capacity_of_first_ < kPerChunk || !space_) {
    ::operator delete(last);
  } else {
    space_->release(reinterpret_cast<std::byte*>(last));
  }
  chunks_.pop_back();
  if (chunks_.empty()) capacity_of_first_ = 0;
}

template <class T>
void ScratchSequence<T>::truncate(std::size_t size) {
  const std::size_t kept = (size + kPerChunk - 1) / kPerChunk;
  while (chunks_.size() > kept) free_last();
  size_ = size;
  first_ = 0;
  current_ = end_of_tail_ = tail_limit_ = nullptr;
  if (chunks_.empty()) return;
  current_ = chunks_[0];
  end_of_tail_ = chunks_.back() + (size - (chunks_.size() - 1) * kPerChunk);
  tail_limit_ = chunks_.back() + capacity_of_first_;
}

template <class T>
template <class Value>
class ScratchSequence<T>::Iterator {
 public:
  using Sequence = std::conditional_t<std::is_const_v<Value>, const ScratchSequence, ScratchSequence>;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using reference = Value&;
  using pointer = Value*;
  using iterator_category = std::random_access_iterator_tag;

  Iterator() = default;
  Iterator(Sequence* sequence, std::size_t at) : sequence_(sequence), at_(static_cast<difference_type>(at)) {}
  reference operator*() const { return (*sequence_)[static_cast<std::size_t>(at_)]; }
  pointer operator->() const { return &**this; }
  reference operator[](difference_type by) const { return *(*this + by); }
  Iterator& operator+=(difference_type by) {
    at_ += by;
    return *this;
  }
  Iterator& operator-=(difference_type by) { return *this += -by; }
  Iterator& operator++() { return *this += 1; }
  Iterator& operator--() { return *this += -1; }
  Iterator operator++(int) { return std::exchange(*this, *this + 1); }
  Iterator operator--(int) { return std::exchange(*this, *this - 1); }
  friend Iterator operator+(Iterator it, difference_type by) { return it += by; }
  friend Iterator operator+(difference_type by, Iterator it) { return it += by; }
  friend Iterator operator-(Iterator it, difference_type by) { return it -= by; }
  friend difference_type operator-(const Iterator& a, const Iterator& b) { return a.at_ - b.at_; }
  bool operator==(const Iterator& other) const { return at_ == other.at_; }
  auto operator<=>(const Iterator& other) const { return at_ <=> other.at_; }

 private:
  Sequence* sequence_ = nullptr;
  difference_type at_ = 0;
};

}  // namespace simrec
