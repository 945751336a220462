"""Many clients and one server: the plan, the processes that carry it out, and what they find."""
