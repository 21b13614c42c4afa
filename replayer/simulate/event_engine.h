// State of the event-driven engine. Threads are state machines; time is a double of seconds. As long as nothing is
// in flight in SimGrid (disks; seldom flows), our clock runs ahead of SimGrid's; otherwise both go in step.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "replayer/program/op_store.h"
#include "replayer/simulate/causal_chains.h"
#include "replayer/simulate/engine.h"
#include "replayer/simulate/event_queue.h"
#include "replayer/simulate/gate.h"
#include "replayer/simulate/interpreter_turn.h"
#include "replayer/simulate/link_sharing.h"
#include "replayer/simulate/nagle.h"
#include "replayer/simulate/processor.h"
#include "replayer/simulate/send_queue.h"
#include "replayer/simulate/simgrid_activities.h"
#include "replayer/simulate/tcp_window.h"
#include "replayer/simulate/turn_queue.h"
#include "replayer/simulate/turns.h"
#include "replayer/simulate/window_shares.h"
#include "replayer/simulate/written_now.h"

namespace simrec::replay {

class EventEngine {
 public:
  explicit EventEngine(const EngineInput& input);
  void run();

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  enum class Phase : std::uint8_t {
    unborn,
    runnable,
    computing,
    queued,      ///< waits for its event loop's turn only
    locked_out,  ///< waits for its interpreter's turn to compute
    connecting,  ///< a send waits for its connection
    waiting,     ///< in the wait of its op
    ended
  };

  struct Thread {
    const Op* at = nullptr;   ///< its current op
    const Op* end = nullptr;  ///< of the ops at hand
    std::uint32_t position = 0;
    std::uint32_t host = 0;
    std::uint32_t next_waiter = kNone;
    std::uint32_t version = 0;  ///< grows with every wait: older events mean nothing
    std::uint32_t released_by_plus_one = 0;
    Phase phase = Phase::unborn;
    bool released = false;       ///< on its way out of the wait
    bool has_turn = false;       ///< the turn was just given to it: its op comes now
    std::uint32_t loop = kNone;  ///< index in loops_
    std::uint32_t turn = kNone;  ///< that it has: index in the loop's
    std::uint32_t account = 0;   ///< thread that its time is charged to
    double since = 0;            ///< start of the wait or compute op
    double work_s = 0;           ///< of the compute op, or of the part of it that it computes now
    double left_s = 0;           ///< of the compute op, behind that part
    double sleep_until = 0;
    std::int64_t send_end = 0;  ///< of a send that waits for room
    Op goal;                    ///< what an interruptible sleep looks out for
    double ready_since = 0;     ///< when it queued for its loop's turn
    bool turn_awaited = false;  ///< its loop's turn came after what it waited for
    Chain chain;                ///< what led to the last moment that is accounted for
    Chain cause;                ///< what led to the end of its wait, or to its start; empty = time did
  };

  /// FIFO through Thread::next_waiter; a thread is in one list at most.
  struct WaitList {
    std::uint32_t first = kNone, last = kNone;
    bool empty() const { return first == kNone; }
  };

  struct Delivery {
    std::int64_t position;
    std::uint32_t writer_plus_one;
    bool end;
    Chain chain;  ///< what led to the bytes' leaving
  };
  struct RoomNotice {
    double time;
    std::int64_t consumed;
    Chain chain;  ///< what led to the reading
  };
  struct Acknowledgement {
    double time;
    Chain chain;  ///< what led to the arrival of what it acknowledges
  };

  /// What only streams between hosts have.
  struct RemotePath {
    double forward_s = 0, back_s = 0;
    double other_links_s_per_byte = 0;
    double last_delivery = 0;  ///< time; nothing overtakes
    bool has_window = false;
    TcpWindow window{TcpPath{}};
    bool flow_active = false;
    bool flow_short = false;
    std::uint32_t flow_shares = 1;
    bool only_shared_links = true;
    std::uint32_t route = 0;  ///< index in send_queues_ and in links_
    bool gated = false;       ///< bytes wait for an acknowledgement or room
    bool held = false;        ///< gated by Nagle's algorithm
    Nagle nagle;
    std::uint32_t opposite = kNoStream;  ///< stream of the connection's other direction
    bool end_left = false;
    std::int64_t flowed = 0, flow_end = 0;
    WrittenNow written_now;
    std::int64_t released = 0;  ///< consumed, as the sender knows
    std::uint32_t writer_plus_one = 0;
    std::uint32_t write = 0;  ///< op of that writer
    double window_event = 0;  ///< time of the pending window event
    std::deque<Delivery> deliveries;
    std::deque<RoomNotice> notices;
    double flow_since = 0;
    Chain flow;                                    ///< what led to the latest flow
    Chain credit;                                  ///< what led to the latest acknowledgement or notice
    Chain end;                                     ///< what led to the arrival of the end, until it is acknowledged
    std::deque<Acknowledgement> acknowledgements;  ///< only with insight
  };

  struct Stream {
    std::int64_t capacity = kUnlimited;
    std::int64_t sent = 0, arrived = 0, consumed = 0;
    std::int64_t wanted = 0;  ///< a reader waits for bytes up to here and takes what comes
    std::uint32_t source = 0, destination = 0;
    std::uint32_t last_writer_plus_one = 0;
    std::uint32_t last_write = 0;  ///< its op
    bool end_sent = false, end_acknowledged = false;
    ArrivedBefore arrived_before;
    Happened end_arrived;
    WaitList readers, writers;
    std::unique_ptr<RemotePath> remote;
  };

  struct Connection {
    enum class State : std::uint8_t { unknown, connecting, established } client = State::unknown;
    Happened server_established;
    std::uint32_t client_plus_one = 0;
    WaitList waiters;
    Chain chain;  ///< what led to connect()
  };

  struct Token {
    WaitList waiters;
    std::uint32_t by_plus_one = 0;
    Happened happened;
  };

  struct Timer {
    double base = -1;
    std::uint32_t by_plus_one = 0;
    WaitList waiters;
    Chain chain;  ///< what led to its arming
  };

  /// A thread (or those of a pool) and its fibers: only who has a turn runs.
  struct Loop {
    Turns turns;
    TurnQueue queue;
    bool turn_due = false;  ///< a turn event is under way
  };

  /// Of a process whose threads compute one at a time.
  struct Interpreter {
    InterpreterTurn turn;
    Chain chain;  ///< what led to its latest release
  };

  struct Host {
    Processor processor;
    std::uint32_t version = 0;
    double scheduled = 0;  ///< time of the valid processor event
    bool dirty = false;
  };

  /// While it lives, `chain` is what leads to whatever happens.
  class Because {
   public:
    Because(EventEngine& engine, const Chain& chain) : engine_(engine), before_(std::exchange(engine.cause_, &chain)) {}
    ~Because() { engine_.cause_ = before_; }
    Because(const Because&) = delete;
    Because& operator=(const Because&) = delete;

   private:
    EventEngine& engine_;
    const Chain* before_;
  };

  // The loop (event_engine.cc)
  void pump();
  void drain_ready();
  void refresh_processors();
  bool start_pending();
  void handle(const Event& event);
  void resolve_standstill();
  void report_progress();

  // Threads (event_threads.cc; their ops: event_ops.cc)
  void start_thread(std::uint32_t t);
  void run_thread(std::uint32_t t);
  bool step(std::uint32_t t, const Op& op);  ///< false: the thread is held
  void end_thread(std::uint32_t t);
  bool hold(std::uint32_t t, WaitList* list);
  // Event loops (event_loop_turns.cc)
  void set_up_loops();
  enum class Head : std::uint8_t { goes_on, done, waits };  ///< waits: it gave the turn up
  Head take_turn(std::uint32_t t, const Op& op);
  bool wants_turn(std::uint32_t t) const;
  void start_fiber(std::uint32_t t);
  void queue_for_turn(std::uint32_t t);
  void pass_turn(std::uint32_t t);
  void ring(std::uint32_t loop);
  void answer_ring(std::uint32_t loop);
  void give_turn(std::uint32_t loop, bool was_idle);
  bool relax_turns();
  void release(std::uint32_t t, std::uint32_t by_plus_one);
  void wake_up(std::uint32_t t);
  bool waits_for_host(const Op& op) const;
  void resume(std::uint32_t t);
  void timer_rang(std::uint32_t t);
  bool compute(std::uint32_t t, const Op& op);
  void start_computing(std::uint32_t t);
  // Interpreters' locks (event_interpreters.cc)
  Interpreter* interpreter_of(std::uint32_t t);
  void set_up_interpreters();
  void ask_for_interpreter(std::uint32_t t, bool yields);
  void take_interpreter(std::uint32_t process);
  void enter_interpreter(std::uint32_t t);
  bool leave_interpreter(std::uint32_t t);
  bool sleep(std::uint32_t t, const Op& op);
  bool expire(std::uint32_t t, const Op& op);
  void arm(std::uint32_t t, const Op& op);
  void signal(std::uint32_t t, const Op& op);
  bool io(std::uint32_t t, const Op& op);
  void schedule_timer(std::uint32_t t);
  const Op& current(std::uint32_t t) const { return *threads_[t].at; }
  void advance(std::uint32_t t);  ///< to the thread's next op
  void look_at_ops(std::uint32_t t);
  const Op& awaited(std::uint32_t t) const;  ///< the op whose condition the thread waits for
  bool satisfied(std::uint32_t t, const Op& op) const;
  bool comes_first(const Op& op) const;
  WaitList* list_of(const Op& op);
  void append(WaitList& list, std::uint32_t t);
  void remove(WaitList& list, std::uint32_t t);
  void wake_satisfied(WaitList& list, std::uint32_t by_plus_one);

  // Streams and connections (event_streams.cc)
  void set_up_stream(std::uint32_t index, std::uint32_t opposite);
  bool send(std::uint32_t t, const Op& op);
  bool recv(std::uint32_t t, const Op& op);
  bool finish(std::uint32_t t, const Op& op);
  bool connect(std::uint32_t t, const Op& op);
  void client_established(std::uint32_t connection);
  bool is_connecting(std::uint32_t stream) const;
  bool has_room(const Stream& stream, std::int64_t end) const;
  void consumed(std::uint32_t stream, std::int64_t position);
  void arrived(std::uint32_t stream, std::int64_t position, std::uint32_t by_plus_one);
  void inject(std::uint32_t stream);
  void flow_ended(std::uint32_t stream);
  std::uint32_t route_of(std::uint32_t source, std::uint32_t destination);
  void add_route(std::uint32_t source, std::uint32_t destination);
  void start_flow(std::uint32_t stream);
  void note_flow_start(std::uint32_t stream);
  /// What each of its shares carries.
  double share_bytes(const RemotePath& path) const;
  bool share_links();
  void end_flows(std::uint32_t version);
  void queue_flow(std::uint32_t stream);
  void send_next(std::uint32_t queue);
  void deliver(std::uint32_t stream);
  void end_acknowledged(std::uint32_t stream);
  void take_notices(Stream& stream);
  void schedule_window(std::uint32_t stream);
  void window_event(const Event& event);
  bool relax_capacities();

  // What led to what (event_path.cc). To be called only with insight.
  void note_start(std::uint32_t t);
  void note_computed(std::uint32_t t);
  void note_waited(std::uint32_t t, const Op& op, IntervalState state);
  void note_turn(std::uint32_t t);
  void note_interpreter(std::uint32_t t);
  void note_end(std::uint32_t t);
  void note_transfer(std::uint32_t stream);
  void note_arrival(std::uint32_t stream, Delivery& delivery);
  void note_acknowledgements(RemotePath& path);
  void note_credit(std::uint32_t stream);
  void note_learned(std::uint32_t stream, Chain& chain);
  Chain established(std::uint32_t connection);
  PathKind kind_of_wait(const Thread& thread, const Op& op, IntervalState state) const;

  const EngineInput& in_;
  const Program& program_;
  Chain unknown_;                   ///< empty
  const Chain* cause_ = &unknown_;  ///< of what happens now
  double now_ = 0;
  EventQueue queue_;
  std::deque<std::uint32_t> ready_;
  OpWindows ops_;
  std::vector<Thread> threads_;
  std::vector<Stream> streams_;
  std::vector<Connection> connections_;
  std::vector<Token> tokens_;
  std::vector<Timer> timers_;
  std::vector<Loop> loops_;
  std::unordered_map<std::uint32_t, Interpreter> interpreters_;              ///< by process
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> routes_;  ///< by hosts
  std::vector<SendQueue> send_queues_;                                       ///< by route
  LinkSharing links_;
  std::unordered_map<std::string, std::uint32_t> link_by_name_;  ///< in links_
  bool shares_links_ = false;                                    ///< else SimGrid does
  double flows_end_ = kNever;                                    ///< time of the valid event
  std::uint32_t flows_end_version_ = 0;
  std::vector<Host> hosts_;
  std::vector<std::uint32_t> dirty_hosts_;
  std::vector<std::uint32_t> pending_flows_;  ///< streams whose next flow SimGrid starts as soon as its clock is here
  std::vector<std::uint32_t> pending_ios_;    ///< threads likewise
  std::vector<std::uint32_t> done_;
  std::uint32_t live_threads_ = 0;
  std::uint64_t operations_ = 0;
  SimgridActivities activities_;
};

}  // namespace simrec::replay
