#include "replayer/compile/lead.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace simrec::replay::causal {
namespace {

/// The median is that of so many calls, so that memory does not grow with the run.
constexpr std::size_t kSample = 4096;

void sample(std::vector<std::int64_t>& sizes, std::int64_t bytes) {
  if (sizes.size() < kSample) sizes.push_back(bytes);
}

std::int64_t median(std::vector<std::int64_t>& sizes) {
  if (sizes.empty()) return 1;
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::ranges::nth_element(sizes, middle);
  return std::max<std::int64_t>(*middle, 1);
}

}  // namespace

std::int64_t Leads::Way::move(std::int64_t call_bytes) {
  bytes += call_bytes;
  messages += std::max<std::int64_t>(1, (call_bytes + median_bytes / 2) / median_bytes);
  return messages;
}

std::int64_t Leads::Way::receive(std::int64_t cursor) { return move(cursor - bytes); }

Leads::Leads(const Program& program, const ScratchSequence<Op>& ops,
             const std::unordered_map<std::uint32_t, SourceKey>& posted)
    : program_(program) {
  for (const auto& [stream, event] : posted) leads_.try_emplace(source_of_stream(program, stream));
  if (leads_.empty()) return;
  measure_messages(ops);
  for (const Op& op : ops) {
    Lead* lead = moved_by(op);
    if (!lead) continue;
    if (op.kind == OpKind::recv)
      lead->in.receive(op.value);
    else
      lead->largest = std::max(lead->largest, lead->out.move(op.value) - lead->in.messages);
  }
  for (auto& [key, lead] : leads_) lead.in = {lead.in.median_bytes}, lead.out = {lead.out.median_bytes};
}

void Leads::measure_messages(const ScratchSequence<Op>& ops) {
  struct Sizes {
    std::int64_t received = 0;
    std::vector<std::int64_t> in, out;
  };
  std::unordered_map<const Lead*, Sizes> sizes;
  for (const Op& op : ops) {
    const Lead* lead = moved_by(op);
    if (!lead) continue;
    Sizes& s = sizes[lead];
    if (op.kind == OpKind::send)
      sample(s.out, op.value);
    else
      sample(s.in, op.value - std::exchange(s.received, op.value));
  }
  for (auto& [key, lead] : leads_) {
    lead.in = {median(sizes[&lead].in)};
    lead.out = {median(sizes[&lead].out)};
  }
}

Leads::Lead* Leads::moved_by(const Op& op) {
  if (leads_.empty() || (op.kind != OpKind::send && op.kind != OpKind::recv)) return nullptr;
  const auto found = leads_.find(source_of_stream(program_, op.target));
  return found == leads_.end() ? nullptr : &found->second;
}

void Leads::receives(const Op& recv, std::uint32_t handler) {
  if (Lead* lead = moved_by(recv)) lead->arrivals.push_back({lead->in.receive(recv.value), handler});
}

std::optional<std::uint32_t> Leads::sends(const Op& send) {
  Lead* lead = moved_by(send);
  if (!lead) return std::nullopt;
  const std::int64_t needed = lead->out.move(send.value) - lead->largest;
  auto& arrivals = lead->arrivals;
  while (!arrivals.empty() && arrivals.front().messages < needed) arrivals.pop_front();
  return needed > 0 && !arrivals.empty() ? std::optional(arrivals.front().handler) : std::nullopt;
}

void Leads::begin_region() {
  for (auto& [key, lead] : leads_) lead.arrivals.clear();
}

}  // namespace simrec::replay::causal
