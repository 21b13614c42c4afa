#include "replayer/cli/packet_work.h"

#include <utility>
#include <vector>

#include "replayer/cli/idle_network.h"

namespace simrec::replay {

void add_packet_work(Program& program, const Outcome& outcome) {
  std::vector<bool> remote;
  for (const Stream& stream : program.streams) remote.push_back(leads_elsewhere(stream, program, outcome));
  for (ProgramThread& thread : program.threads) {
    Ns work = 0;
    for (std::size_t i = 0; i < thread.ops.size(); ++i) {
      Op& op = thread.ops[i];
      const bool receives = op.kind == OpKind::recv, transfers = receives || (op.kind == OpKind::send && op.value > 0);
      if (transfers && op.target < remote.size() && remote[op.target])
        work += receives && (op.flags & kWoke) ? kWakingPacket_ns : kBusyPacket_ns;
      if (op.kind == OpKind::compute) op.value += std::exchange(work, 0);
    }
  }
}

}  // namespace simrec::replay
