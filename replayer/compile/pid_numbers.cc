#include "replayer/compile/pid_numbers.h"

#include <linux/sched.h>

namespace simrec::replay::causal {

PidNumbers::PidNumbers(const Tables& tables) : namespace_of_(tables.processes().size()) {
  std::vector<const Thread*> first(namespace_of_.size());
  for (const Thread& thread : tables.threads())
    if (first[thread.process.value] == nullptr) first[thread.process.value] = &thread;
  std::vector<std::uint32_t> for_children(namespace_of_.size());  // after unshare(CLONE_NEWPID)
  for (const Process& process : tables.processes()) {             // parents come before their children
    const std::uint32_t index = process.index.value;
    const std::int64_t number = first[index] == nullptr ? 0 : first[index]->namespace_tid;
    const std::uint32_t parent = process.parent_plus_one;
    const bool has_parent = parent != 0 && parent - 1 < index;
    if (number == 1) {
      namespace_of_[index] = index + 1;
      if (has_parent && (first[index]->clone_flags & CLONE_NEWPID) == 0) for_children[parent - 1] = index + 1;
    } else if (number != 0 && has_parent) {
      namespace_of_[index] = for_children[parent - 1] != 0 ? for_children[parent - 1] : namespace_of_[parent - 1];
    }
    processes_[{0, process.pid}].push_back(index);
    if (namespace_of_[index] != 0) processes_[{namespace_of_[index], number}].push_back(index);
  }
  for (const Thread& thread : tables.threads()) {
    const std::uint32_t space = namespace_of_[thread.process.value];
    threads_[{0, thread.tid}].push_back(thread.index.value);
    if (space != 0) threads_[{space, thread.namespace_tid}].push_back(thread.index.value);
  }
}

const std::vector<std::uint32_t>& PidNumbers::find(const Index& index, std::uint32_t caller,
                                                   std::int64_t number) const {
  static const std::vector<std::uint32_t> kNone;
  const auto found = index.find({namespace_of_[caller], number});
  return found == index.end() ? kNone : found->second;
}

const std::vector<std::uint32_t>& PidNumbers::processes(std::uint32_t caller, std::int64_t pid) const {
  return find(processes_, caller, pid);
}

const std::vector<std::uint32_t>& PidNumbers::threads(std::uint32_t caller, std::int64_t tid) const {
  return find(threads_, caller, tid);
}

}  // namespace simrec::replay::causal
