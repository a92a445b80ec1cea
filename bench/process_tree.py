"""process_tree.py - the CPU that servers took, from /proc

A server is the process that was started and all that descend from it. Of each counts what it used and what those of
its children used that it has waited for (proc(5), stat: utime, stime, cutime, cstime), so children that came and went
between two looks are in it. The kernel tells it in ticks, mostly of 10 ms: measure over a second and more.
"""
import os
import subprocess

TICK = 1.0 / os.sysconf("SC_CLK_TCK")
# In the words of /proc/PID/stat behind the name of the program.
PARENT = 1
TIMES = slice(11, 15)


def all_processes():
    """{pid: (pid of the parent, ticks)}"""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name, encoding="latin-1") as file:
                words = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(name)] = (int(words[PARENT]), sum(int(word) for word in words[TIMES]))
    return found


def descendants(processes, roots):
    members = set(roots)
    grown = True
    while grown:
        more = {pid for pid, (parent, _) in processes.items() if parent in members} - members
        members |= more
        grown = bool(more)
    return members


def cpu_seconds(roots):
    """User and system time so far of the processes and all below them."""
    processes = all_processes()
    return TICK * sum(processes[pid][1] for pid in descendants(processes, roots) if pid in processes)


def memory_kb(roots):
    """What they take of memory, pages that they share counted once (proc(5), smaps_rollup: Pss)."""
    total = 0
    for pid in descendants(all_processes(), roots):
        try:
            with open("/proc/%d/smaps_rollup" % pid, encoding="latin-1") as file:
                total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        except OSError:
            continue
    return total


class Server:
    """A program that is measured and ended; .process is what was started."""

    def pids(self):
        """Those that count, with all below them."""
        return [self.process.pid]

    def cpu_seconds(self):
        return cpu_seconds(self.pids())

    def memory_kb(self):
        return memory_kb(self.pids())

    def stop(self):
        """Ends what we started, and waits."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
