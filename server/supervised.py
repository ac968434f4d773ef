"""supervisord, which `manage.py serve` becomes, without the second that it waits before it starts anything."""

from supervisor import supervisord


class Supervisor(supervisord.Supervisor):
    """Starts its programs at once. Each turn of its loop first waits a second for something to happen."""

    def runforever(self) -> None:
        for group in sorted(self.process_groups.values()):
            group.transition()
        super().runforever()


if __name__ == "__main__":
    supervisord.Supervisor = Supervisor
    supervisord.main()
