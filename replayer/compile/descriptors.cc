#include "replayer/compile/descriptors.h"

#include <algorithm>
#include <utility>

namespace simrec::replay::causal {
namespace {

/// The largest limit a kernel accepts by default (fs.nr_open): numbers beyond come from a damaged trace.
constexpr std::int64_t kMostDescriptors = 1 << 20;

}  // namespace

DescriptorTables::DescriptorTables(std::size_t processes, std::shared_ptr<ScratchSpace> space)
    : descriptions_(std::move(space)), table_of_(processes, 0) {
  descriptions_.push_back({});
}

DescriptionId DescriptorTables::create(ObjectId object, std::uint8_t mode) {
  descriptions_.push_back({object, 0, mode, false, 0});
  return {static_cast<std::uint32_t>(descriptions_.size() - 1)};
}

DescriptorTables::Table& DescriptorTables::table(std::uint32_t process) {
  if (!table_of_[process]) {
    tables_.push_back({{}, 1});
    table_of_[process] = static_cast<std::uint32_t>(tables_.size() - 1);
  }
  return tables_[table_of_[process]];
}

DescriptionId DescriptorTables::find(std::uint32_t process, std::int64_t fd) const {
  const auto& slots = tables_[table_of_[process]].slots;
  if (fd < 0 || fd >= static_cast<std::int64_t>(slots.size())) return {};
  return slots[static_cast<std::size_t>(fd)].description;
}

void DescriptorTables::drop(DescriptionId id, Dead& dead) {
  if (id.value && descriptions_[id.value].references > 0 && --descriptions_[id.value].references == 0)
    dead.push_back(id);
}

void DescriptorTables::install(std::uint32_t process, std::int64_t fd, DescriptionId description, bool close_on_exec,
                               Dead& dead) {
  if (fd < 0 || fd >= kMostDescriptors) return;
  auto& slots = table(process).slots;
  const auto i = static_cast<std::size_t>(fd);
  if (i >= slots.size()) slots.resize(i + 1);
  const DescriptionId old = slots[i].description;
  slots[i] = {description, close_on_exec};
  if (description.value) hold(description);
  drop(old, dead);
}

void DescriptorTables::set_close_on_exec(std::uint32_t process, std::int64_t fd, bool on) {
  auto& slots = table(process).slots;
  if (fd >= 0 && fd < static_cast<std::int64_t>(slots.size())) slots[static_cast<std::size_t>(fd)].close_on_exec = on;
}

void DescriptorTables::close(std::uint32_t process, std::int64_t fd, Dead& dead) {
  if (find(process, fd).value) install(process, fd, {}, false, dead);
}

void DescriptorTables::close_range(std::uint32_t process, std::int64_t first, std::int64_t last, bool only_mark,
                                   Dead& dead) {
  const auto size = static_cast<std::int64_t>(table(process).slots.size());
  const std::int64_t end = last < 0 || last >= size ? size : last + 1;  // ~0U may come sign-extended
  for (std::int64_t fd = std::max<std::int64_t>(first, 0); fd < end; ++fd) {
    if (only_mark) {
      set_close_on_exec(process, fd, true);
    } else {
      close(process, fd, dead);
    }
  }
}

void DescriptorTables::fork(std::uint32_t parent, std::uint32_t child, bool share) {
  table(parent);
  if (share) {
    table_of_[child] = table_of_[parent];
    ++tables_[table_of_[parent]].users;
    return;
  }
  Table copy{tables_[table_of_[parent]].slots, 1};
  for (const Slot& slot : copy.slots)
    if (slot.description.value) hold(slot.description);
  tables_.push_back(std::move(copy));
  table_of_[child] = static_cast<std::uint32_t>(tables_.size() - 1);
}

void DescriptorTables::unshare(std::uint32_t process) {
  const std::uint32_t old = table_of_[process];
  if (!old || tables_[old].users < 2) return;
  fork(process, process, false);
  --tables_[old].users;
}

void DescriptorTables::exec(std::uint32_t process, Dead& dead) {
  unshare(process);
  auto& slots = table(process).slots;
  for (std::size_t fd = 0; fd < slots.size(); ++fd)
    if (slots[fd].close_on_exec && slots[fd].description.value)
      install(process, static_cast<std::int64_t>(fd), {}, false, dead);
}

void DescriptorTables::release(std::uint32_t process, Dead& dead) {
  const std::uint32_t index = table_of_[process];
  if (!index) return;
  table_of_[process] = 0;
  if (--tables_[index].users > 0) return;
  for (const Slot& slot : tables_[index].slots) drop(slot.description, dead);
  tables_[index].slots = {};
}

}  // namespace simrec::replay::causal
