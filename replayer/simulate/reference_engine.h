// State of the reference engine: the same ops by the plainest SimGrid means. One actor per thread executes, sleeps
// and waits on its own semaphore; each stream between hosts has four daemon actors for what happens on the way.
#pragma once

#include <simgrid/s4u.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "replayer/simulate/engine.h"
#include "replayer/simulate/gate.h"
#include "replayer/simulate/interpreter_turn.h"
#include "replayer/simulate/nagle.h"
#include "replayer/simulate/send_queue.h"
#include "replayer/simulate/tcp_window.h"
#include "replayer/simulate/turn_queue.h"
#include "replayer/simulate/turns.h"
#include "replayer/simulate/window_shares.h"
#include "replayer/simulate/written_now.h"

namespace simrec::replay {

class ReferenceEngine {
 public:
  explicit ReferenceEngine(const EngineInput& input);
  void run();

 private:
  using Condition = std::function<bool()>;
  using WaitList = std::vector<std::uint32_t>;

  struct Thread {
    simgrid::s4u::SemaphorePtr wake;
    simgrid::s4u::SemaphorePtr turn;         ///< released by whoever passes the loop's turn to it
    simgrid::s4u::SemaphorePtr interpreter;  ///< released by whoever passes its interpreter's turn to it
    std::uint32_t loop_plus_one = 0;
    std::uint32_t has_turn = Turns::kNone;  ///< index in the loop's turns
    double idle_since = 0;                  ///< since when the turn that it got last had been free
    std::uint32_t account = 0;              ///< thread that its time is charged to
    bool fresh_turn = false;                ///< a fiber that just began: its first op comes now
    bool wants_turn = false;                ///< queues for the turn as soon as its wait is over
    Condition condition;                    ///< of the wait it is in
    std::uint32_t position = 0;
    std::uint32_t by_plus_one = 0;
    bool started = false;
    bool released = false;
    bool rearmed = false;  ///< woken only to look at its timer again
    bool counted = false;  ///< its wait ends by itself: it counts as active
  };
  /// A daemon's work: things that happen at known times, in order.
  struct Line {
    struct Item {
      double time;
      std::function<void()> happen;
    };
    simgrid::s4u::SemaphorePtr filled;
    std::deque<Item> items;
  };
  struct RoomNotice {
    double time;
    std::int64_t consumed;
  };
  /// Short transfers of one route: a daemon starts one after the other.
  struct Route {
    SendQueue queue;
    simgrid::s4u::SemaphorePtr bell;  ///< rung when something waits while nothing is sent
  };
  struct RemotePath {
    double forward_s = 0, back_s = 0, other_links_s_per_byte = 0, last_delivery = 0;
    std::unique_ptr<TcpWindow> window;        ///< null: no congestion window
    std::vector<simgrid::s4u::CommPtr> flow;  ///< one for each share that it takes of links
    simgrid::s4u::SemaphorePtr flow_started;
    Route* route = nullptr;
    bool flow_short = false, only_shared_links = true;
    std::uint32_t flow_shares = 1;
    bool gated = false, end_left = false;
    Nagle nagle;
    std::uint32_t opposite = kNoStream;  ///< the connection's other direction
    std::int64_t flowed = 0, flow_end = 0, released = 0;
    WrittenNow written_now;
    std::uint32_t writer_plus_one = 0;
    std::uint32_t write = 0;  ///< op of that writer
    std::deque<RoomNotice> room;
    Line deliveries, acknowledgements, delayed_acknowledgements, notices;
  };
  struct Stream {
    std::int64_t sent = 0, arrived = 0, consumed = 0, wanted = 0;
    std::uint32_t last_writer_plus_one = 0;
    std::uint32_t last_write = 0;  ///< its op
    bool end_sent = false, end_acknowledged = false;
    ArrivedBefore arrived_before;
    Happened end_arrived;
    WaitList readers, writers;
    std::unique_ptr<RemotePath> remote;
  };
  struct Connection {
    bool connecting = false, known = false;
    Happened server_established;
    WaitList waiters;
  };
  /// A thread (or those of a pool) and its fibers: only who has a turn runs.
  struct Loop {
    Turns turns;
    TurnQueue queue;
    bool turn_due = false;
    simgrid::s4u::SemaphorePtr bell;  ///< rung when somebody becomes ready while a turn is free
  };
  struct Token {
    std::uint32_t by_plus_one = 0;
    Happened happened;
    WaitList waiters;
  };
  struct Timer {
    double base = -1;
    std::uint32_t by_plus_one = 0;
    WaitList waiters;
  };

  // Actors and time
  void start_thread(std::uint32_t t);
  void thread_main(std::uint32_t t);
  void run_line(Line& line);
  void run_flows(std::uint32_t stream);
  void add(Line& line, double time, std::function<void()> happen);
  void start_daemon(const std::string& name, std::function<void()> code);
  void sleep_until(double time);
  void became_idle();

  // Waiting
  enum class End { condition, time };
  void wait(std::uint32_t t, WaitList* list, const Condition& condition, bool remote);
  End wait_until_released(std::uint32_t t, WaitList* list, const Condition& condition, double deadline);
  void notify(WaitList& list, std::uint32_t by_plus_one);
  void wake_for_timer(WaitList& list);

  // Event loops (reference_loop_turns.cc)
  void set_up_loops();
  void enter_loop(std::uint32_t t);
  void yield_turn(std::uint32_t t, const Op& op);
  void pass_turn(std::uint32_t t, bool ended = false);
  bool relax_turns();
  void ring(Loop& loop);
  void give_turn(Loop& loop);
  std::uint32_t assign_turn(Loop& loop);
  double await_turn(std::uint32_t t);
  void queue_for_turn(std::uint32_t t);
  void answer_bell(std::uint32_t loop);

  // Interpreters' locks (reference_interpreters.cc)
  void set_up_interpreters();
  void take_interpreter_after(InterpreterTurn& interpreter, double delay_s);
  void compute_in_turns(std::uint32_t t, InterpreterTurn& interpreter, double flops, double work_s);
  void enter_interpreter(std::uint32_t t, InterpreterTurn& interpreter, bool yields);

  // Ops
  void execute_op(std::uint32_t t, const Op& op);
  void compute(std::uint32_t t, const Op& op);
  void compute_alone(std::uint32_t t, double flops, double work_s);
  void sleep(std::uint32_t t, const Op& op);
  void expire(std::uint32_t t, const Op& op);
  void io(std::uint32_t t, const Op& op);
  void send(std::uint32_t t, const Op& op);
  void recv(std::uint32_t t, const Op& op);
  void finish(std::uint32_t t, const Op& op);
  void connect(std::uint32_t t, const Op& op);
  bool satisfied(std::uint32_t t, const Op& op) const;
  bool comes_first(const Op& op) const;
  WaitList* list_of(const Op& op);

  // Streams
  void set_up_stream(std::uint32_t index, std::uint32_t opposite);
  Route& route_of(std::uint32_t source, std::uint32_t destination);
  void run_route(Route& route);
  void queue_flow(std::uint32_t index);
  void send_next(Route& route);
  void start_flow(std::uint32_t index);
  bool has_room(std::uint32_t stream, std::int64_t end) const;
  bool is_connecting(std::uint32_t stream) const;
  void take_notices(Stream& stream);
  void inject(std::uint32_t stream);
  void inject_gated(std::uint32_t stream);
  void acknowledge_end_at(std::uint32_t stream, double when);
  void arrived(std::uint32_t stream, std::int64_t position, std::uint32_t by_plus_one);
  void consumed(std::uint32_t stream, std::int64_t position);
  bool relax_capacities();

  const UsedHost& host_of(std::uint32_t t) const { return in_.platform.host(in_.platform.host_of_thread(program_, t)); }

  const EngineInput& in_;
  const Program& program_;
  std::vector<Thread> threads_;
  std::vector<Stream> streams_;
  std::vector<Connection> connections_;
  std::vector<Token> tokens_;
  std::vector<Timer> timers_;
  std::vector<Loop> loops_;
  std::map<std::uint32_t, InterpreterTurn> interpreters_;            ///< by process
  std::map<std::pair<std::uint32_t, std::uint32_t>, Route> routes_;  ///< by hosts
  std::size_t active_ = 0;  ///< threads that can go on by themselves + things under way; 0 = standstill
  std::size_t live_ = 0;
  std::uint64_t operations_ = 0;
};

}  // namespace simrec::replay
