%% Echo server and clients of one Erlang node each: a process per connection.
-module(echo).
-export([server/1, client/1]).

server([Port]) ->
    {ok, L} = gen_tcp:listen(list_to_integer(atom_to_list(Port)), [binary, {packet, line}, {active, false}, {reuseaddr, true}]),
    accept(L).

accept(L) ->
    {ok, S} = gen_tcp:accept(L),
    Pid = spawn(fun() -> receive go -> serve(S) end end),
    gen_tcp:controlling_process(S, Pid),
    Pid ! go,
    accept(L).

serve(S) ->
    case gen_tcp:recv(S, 0) of
        {ok, Line} ->
            _ = lists:sum(lists:seq(1, 2000)),
            gen_tcp:send(S, Line),
            serve(S);
        {error, closed} -> ok
    end.

client([Host, Port, N]) ->
    Self = self(),
    Each = list_to_integer(atom_to_list(N)) div 4,
    Ask = fun() ->
        {ok, S} = gen_tcp:connect(atom_to_list(Host), list_to_integer(atom_to_list(Port)), [binary, {packet, line}, {active, false}]),
        ask(S, Each),
        gen_tcp:close(S),
        Self ! done
    end,
    [spawn(Ask) || _ <- lists:seq(1, 4)],
    [receive done -> ok end || _ <- lists:seq(1, 4)],
    halt().

ask(_, 0) -> ok;
ask(S, N) ->
    gen_tcp:send(S, <<"hello\n">>),
    {ok, _} = gen_tcp:recv(S, 0),
    ask(S, N - 1).
