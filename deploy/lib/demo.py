"""What deploy/demo does once the binary is there: starts the parts, submits the job, shows the tables."""

import argparse
import os
import shutil
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from cluster import Cluster, Ports
from processes import Problem, fail, make_directory, require_disk, require_free_port

MARKER = ".weir-demo"  # a folder without it is not ours to empty
TASK_MANAGERS, SLOTS, BURST = 2, 2, 20000


def default_dir():
    if os.geteuid() == 0:
        return "/var/lib/weir-demo"
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "weir-demo")


def parse():
    parser = argparse.ArgumentParser(prog="deploy/demo")
    parser.add_argument("command", choices=["check", "start", "stop", "status"])
    parser.add_argument("--dir", default=default_dir())
    parser.add_argument("--weir", default="weir")
    parser.add_argument("--rate", type=float, default=1.0)
    parser.add_argument("--seconds", type=float, default=None)
    parser.add_argument("--kafka-port", type=int, default=9092)
    parser.add_argument("--postgres-port", type=int, default=5432)
    parser.add_argument("--rpc-port", type=int, default=6123)
    parser.add_argument("--rest-port", type=int, default=8081)
    return parser.parse_args()


def done(text, since):
    print(f"  {text}: ok, {time.monotonic() - since:.1f} s", flush=True)


def check(arguments, cluster):
    """What would fail later, said now. A demo that runs already holds its own ports."""
    if cluster.running():
        return
    for port, what, option in ((arguments.kafka_port, "Kafka", "--kafka-port"),
                               (arguments.postgres_port, "PostgreSQL", "--postgres-port"),
                               (arguments.rpc_port, "the job manager", "--rpc-port"),
                               (arguments.rest_port, "the dashboard", "--rest-port")):
        remedy = f"end that process, or choose another port: deploy/demo {option} PORT"
        if what == "PostgreSQL":
            remedy = ("if it is the server of the Debian package: systemctl stop postgresql\n"
                      "or choose another port: deploy/demo --postgres-port PORT")
        require_free_port(port, what, remedy)


def prepare_directory(directory):
    if os.path.isdir(directory) and os.listdir(directory):
        if not os.path.exists(os.path.join(directory, MARKER)):
            raise Problem(f"{directory} is not empty and was not made by the demo\nname another folder with --dir")
        for name in filter(lambda name: name != MARKER, os.listdir(directory)):
            path = os.path.join(directory, name)
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.remove(path)
    make_directory(directory)
    open(os.path.join(directory, MARKER), "w").close()
    require_disk(directory, 1500, "the demo")


def bring_up(arguments, cluster):
    check(arguments, cluster)
    prepare_directory(cluster.directory)
    print("3/4 processes")
    since = time.monotonic()
    cluster.start_services()
    cluster.start_jobmanager()
    for number in range(1, TASK_MANAGERS + 1):
        cluster.start_taskmanager(number, SLOTS)
    cluster.wait_for_jobmanager()
    done(f"job manager on {cluster.jobmanager}, {TASK_MANAGERS} task managers with {SLOTS} slots each", since)
    cluster.wait_for_services()
    done(f"Kafka on {cluster.bootstrap}, PostgreSQL on 127.0.0.1:{cluster.ports.postgres}", since)
    print("4/4 the job")
    since = time.monotonic()
    cluster.create_commerce()
    done("topic financial_transactions and four tables", since)
    since = time.monotonic()
    cluster.produce("--burst", str(BURST), "--count", str(BURST))
    cluster.run("producer", cluster.producer("--rate", str(arguments.rate)))
    done(f"{BURST} events written, now {arguments.rate:g} a second", since)
    since = time.monotonic()
    job = cluster.submit(cluster.commerce_pipeline(), TASK_MANAGERS)
    with open(os.path.join(cluster.directory, "job"), "w") as f:
        f.write(job)
    done(f"examples/commerce/pipeline.sql is job {job}", since)


def how_to_go_on(arguments, cluster, owner):
    with open(os.path.join(cluster.directory, "job")) as f:
        job = f.read()
    at = f"--jobmanager {cluster.jobmanager}"
    option = "" if arguments.dir == default_dir() else f" --dir {arguments.dir}"
    print(f"""
watch it:
  http://127.0.0.1:{cluster.ports.rest}/#/jobs/{job}
look closer:
  {cluster.weir} info {job} {at}
  {cluster.weir} list {at}
  psql {cluster.database}
  kcat -C -b {cluster.bootstrap} -t financial_transactions -o -5 -e
  ls {cluster.directory}        (logs, pids, checkpoints)
kill something and see it come back:
  kill -9 $(cut -d' ' -f1 {os.path.join(cluster.directory, 'taskmanager-1.pid')})
compare the tables with the topic, row by row:
  examples/commerce/verify --bootstrap {cluster.bootstrap} --database {cluster.database}
stop:
  {'Ctrl-C here, or ' if owner else ''}deploy/demo stop{option}
""", flush=True)


TABLES = (
    ("newest transactions", "SELECT transactionId, userId, category, amount, transactionDate FROM transactions "
                            "ORDER BY transactionDate DESC, transactionId LIMIT 5"),
    ("sales_per_category", "SELECT * FROM sales_per_category ORDER BY totalSales DESC"),
    ("sales_per_day, the last five", "SELECT * FROM sales_per_day ORDER BY transactionDate DESC LIMIT 5"),
    ("sales_per_month", "SELECT * FROM sales_per_month ORDER BY year, month"),
)


def counts(cluster):
    return cluster.sql("SELECT count(*), (SELECT count(*) FROM sales_per_category), (SELECT count(*) FROM sales_per_day), "
                       "(SELECT count(*) FROM sales_per_month), (SELECT coalesce(sum(totalSales), 0) FROM sales_per_category) "
                       "FROM transactions").split("|")


def show_tables(cluster):
    text = ""
    for title, query in TABLES:
        text += title + "\n" + cluster.psql("-P", "footer=off", "-c", query).stdout
    return text


def watch(arguments, cluster, owner):
    """Until the time is over or a signal comes (KeyboardInterrupt)."""
    deadline = time.monotonic() + arguments.seconds if arguments.seconds else None
    terminal = sys.stdout.isatty()
    while deadline is None or time.monotonic() < deadline:
        if not cluster.running():
            raise Problem(f"the demo was stopped\nlogs: {cluster.directory}")
        try:
            transactions, categories, days, months, total = counts(cluster)
            line = (f"transactions {transactions}, sales_per_category {categories}, sales_per_day {days}, "
                    f"sales_per_month {months} rows; total sales {total}")
            if terminal:
                ending = "Ctrl-C ends the demo" if owner else "Ctrl-C ends this view"
                print("\033[H\033[J" + show_tables(cluster) + line +
                      f"\ndashboard: http://127.0.0.1:{cluster.ports.rest}    {ending}", flush=True)
            else:
                print(time.strftime("%H:%M:%S ") + line, flush=True)
        except Problem as problem:  # somebody tries what happens without PostgreSQL: it comes back
            print(f"{str(problem).splitlines()[0]}", flush=True)
        pause = 2.0 if terminal else 5.0
        time.sleep(pause if deadline is None else max(0.1, min(pause, deadline - time.monotonic())))
    print(show_tables(cluster), flush=True)


def start(arguments, cluster):
    def interrupted(*_):
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    owner = not cluster.running()
    try:
        if owner:
            bring_up(arguments, cluster)
        else:
            print(f"the demo runs already in {cluster.directory}: nothing is started twice")
        how_to_go_on(arguments, cluster, owner)
        if sys.stdout.isatty():
            time.sleep(8)  # time to read the above before the tables replace it
        watch(arguments, cluster, owner)
    except KeyboardInterrupt:
        print()
    finally:
        if owner:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
            stop(arguments, cluster)


def stop(arguments, cluster):
    was = cluster.running()
    cluster.stop()
    if was:
        print(f"the demo is stopped; its logs are in {cluster.directory}", flush=True)
    elif arguments.command == "stop":
        print(f"no demo runs in {cluster.directory}", flush=True)


def status(arguments, cluster):
    if not cluster.running():
        print(f"no demo runs in {cluster.directory}")
        sys.exit(3)
    print(cluster.supervise("status").strip())


def main():
    arguments = parse()
    ports = Ports(arguments.kafka_port, arguments.postgres_port, arguments.rpc_port, arguments.rest_port)
    cluster = Cluster(arguments.dir, arguments.weir, ports)
    try:
        globals()[arguments.command](arguments, cluster)
    except Problem as problem:
        fail(problem)


if __name__ == "__main__":
    main()
