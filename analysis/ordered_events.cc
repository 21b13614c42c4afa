#include "analysis/ordered_events.h"

#include <sys/stat.h>

#include <algorithm>

namespace simrec::analysis {
namespace {

bool readable_twice(const std::string& path) {
  struct stat status {};
  return path != "-" && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

OrderedEvents::OrderedEvents(const std::string& path) {
  if (readable_twice(path)) {
    scan(path);
    reader_.emplace(path);
    return;
  }
  whole_ = load_trace(path);
  footer_ = whole_->footer;
  incomplete_ = whole_->incomplete;
  event_count_ = whole_->event_count;
  for (const ThreadEvents& thread : whole_->events) {
    Block block;
    for (std::size_t i = 0; i < thread.size(); ++i) block.events.push_back(thread[i]);
    add(std::move(block));
  }
}

void OrderedEvents::scan(const std::string& path) {
  TraceReader first(path);
  while (const auto block = first.next()) {
    if (block->empty()) continue;
    unread_from_.push_back(block->front().entry_ns);
    event_count_ += block->size();
  }
  for (std::size_t i = unread_from_.size(); i-- > 1;)
    unread_from_[i - 1] = std::min(unread_from_[i - 1], unread_from_[i]);
  tables_ = first.tables();
  footer_ = first.footer();
  incomplete_ = first.incomplete();
}

const Header& OrderedEvents::header() const { return whole_ ? whole_->header : reader_->header(); }

const Tables& OrderedEvents::tables() const { return whole_ ? whole_->tables : *tables_; }

bool OrderedEvents::later(const Block& a, const Block& b) {
  const Ns a_entry = a.events[a.at].entry_ns, b_entry = b.events[b.at].entry_ns;
  return a_entry != b_entry ? a_entry > b_entry : a.sequence > b.sequence;
}

void OrderedEvents::add(Block block) {
  if (block.at >= block.events.size()) return;
  heap_.push_back(std::move(block));
  std::ranges::push_heap(heap_, later);
}

void OrderedEvents::load_block() {
  ++next_block_;
  while (const auto events = reader_->next()) {
    if (events->empty()) continue;
    Block block;
    block.sequence = sequence_++;
    block.events.assign(events->begin(), events->end());
    std::size_t total = 0;
    for (const Event& event : block.events) total += event.arguments.size();
    block.arguments.reserve(total);  // spans into it must stay valid
    for (Event& event : block.events) {
      const std::size_t from = block.arguments.size();
      block.arguments.insert(block.arguments.end(), event.arguments.begin(), event.arguments.end());
      event.arguments = std::span(block.arguments).subspan(from);
    }
    add(std::move(block));
    return;
  }
}

std::optional<Event> OrderedEvents::next() {
  if (current_) {
    Block block = std::move(*current_);
    current_.reset();
    add(std::move(block));
  }
  while (next_block_ < unread_from_.size() &&
         (heap_.empty() || heap_.front().events[heap_.front().at].entry_ns >= unread_from()))
    load_block();
  if (heap_.empty()) return std::nullopt;
  std::ranges::pop_heap(heap_, later);
  current_ = std::move(heap_.back());
  heap_.pop_back();
  return current_->events[current_->at++];
}

}  // namespace simrec::analysis
