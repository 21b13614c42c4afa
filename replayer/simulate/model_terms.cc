#include "replayer/simulate/model_terms.h"

#include <array>

namespace simrec::replay {
namespace {

constexpr std::array kTerms = {
    ModelTerm{"framing", &NetworkModel::framing, "headers travel, too"},
    ModelTerm{"handshake", &NetworkModel::handshake, "connect takes a round trip"},
    ModelTerm{"slow-start", &NetworkModel::slow_start, "the congestion window grows from ten segments"},
    ModelTerm{"idle-restart", &NetworkModel::idle_restart, "the congestion window shrinks while a connection is idle"},
    ModelTerm{"hystart", &NetworkModel::hystart, "cubic's slow start ends before the queue is full"},
    ModelTerm{"buffers", &NetworkModel::capacity_window, "socket buffers limit what is under way"},
    ModelTerm{"send-buffer", &NetworkModel::send_buffer, "send buffers are no larger than the congestion window needs"},
    ModelTerm{"send-queue", &NetworkModel::send_queue, "short transfers of one route leave one after the other"},
    ModelTerm{"bursts", &NetworkModel::bursts, "a transfer leaves in bursts that grow with the window's rate"},
    ModelTerm{"window-shares", &NetworkModel::window_shares, "connections share links as they have bytes under way"},
    ModelTerm{"forwarding", &NetworkModel::forwarding, "every link takes a frame whole before the next one gets it"},
    ModelTerm{"nagle", &NetworkModel::nagle,
              "without TCP_NODELAY a small segment waits until the last one is acknowledged"},
    ModelTerm{"delayed-acks", &NetworkModel::delayed_acknowledgements,
              "who answers acknowledges small segments with that, or after 40 ms"},
    ModelTerm{"wake-up", &NetworkModel::wake_up, "waking a thread takes time"},
    ModelTerm{"timer-slack", &NetworkModel::timer_slack, "timers are late"},
    ModelTerm{"cold-caches", &NetworkModel::cold_caches, "who waited for another host finds its caches used by others"},
};

}  // namespace

std::span<const ModelTerm> model_terms() { return kTerms; }

}  // namespace simrec::replay
