from load.plan import Plan


def test_every_message_is_sent_by_exactly_one_load_process() -> None:
    plan = Plan(clients=20, senders=7, rate=100, seconds=1, workers=3)
    scripts = [plan.script(worker) for worker in range(3)]
    assert sorted(number for script in scripts for number in script) == list(range(100))
    for worker, script in enumerate(scripts):
        assert {plan.author(n) for n in script} <= set(plan.members(worker))


def test_every_client_belongs_to_exactly_one_load_process() -> None:
    plan = Plan(clients=20, idle=5, workers=3)
    members = [client for worker in range(3) for client in plan.members(worker)]
    assert sorted(members) == list(range(25))


def test_due_times_do_not_drift() -> None:
    plan = Plan(rate=3000)
    assert [plan.due(n) for n in (0, 1, 3, 3000, 30_000)] == [0, 333, 1000, 10**6, 10**7]


def test_the_stalled_are_the_last_clients_and_no_idle_ones() -> None:
    plan = Plan(clients=10, senders=2, idle=3, stalled=4)
    assert [client for client in range(13) if not plan.reads(client)] == [6, 7, 8, 9]
    assert plan.readers == 9


def test_the_slow_are_the_last_before_the_stalled_and_read() -> None:
    plan = Plan(clients=10, senders=2, idle=3, stalled=2, slow=3)
    assert [client for client in range(13) if plan.is_slow(client)] == [5, 6, 7]
    assert [client for client in range(13) if not plan.reads(client)] == [8, 9]
    assert plan.readers == 8


def test_nobody_is_expected_to_hear_themselves() -> None:
    plan = Plan(clients=5, senders=2, rate=7, seconds=1)
    assert [plan.heard(client) for client in range(5)] == [3, 4, 7, 7, 7]


def test_nobody_talking_means_no_messages() -> None:
    assert Plan(senders=0).messages == 0


def test_in_a_mixed_room_talkers_have_nc_and_listeners_all_dialects_by_turns() -> None:
    plan = Plan(clients=8, senders=2, speak="mixed")
    spoken = [plan.dialect_of(client).name for client in range(8)]
    assert spoken == ["line"] * 2 + ["websocket"] + ["line", "json", "websocket"] + ["line", "json"]
    assert plan.dialect.name == "line"
    assert Plan(speak="irc").dialect_of(3).name == "irc"
