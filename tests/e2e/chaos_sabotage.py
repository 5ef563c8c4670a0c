"""What is made wrong on purpose, to see that chaos finds it."""


class AtLeastOnce:
    """Sinks that promise less than the workload wants: rows must be found doubled, or a reader must have
    seen what it must not."""

    def __init__(self, workload):
        workload.replacements.append(("'exactly-once'", "'at-least-once'"))

    def strike(self):
        pass

    def is_seen(self, difference):
        return difference.lost == 0 and difference.doubled + difference.wrong > 0


class RowDeleted:
    """A row of `appended` is taken away by hand: one must be found lost."""

    def __init__(self, workload):
        self.cluster = workload.cluster

    def strike(self):
        # There is none before the second round.
        self.cluster.sql("DELETE FROM appended WHERE v = (SELECT min(v) FROM appended)")

    def is_seen(self, difference):
        return difference.lost == 1


SABOTAGE = {"at-least-once": AtLeastOnce, "row-deleted": RowDeleted}
