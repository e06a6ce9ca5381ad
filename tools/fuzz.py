"""Feed the readers of traces, study.toml and variations.toml inputs that libFuzzer makes up, guided by coverage.

    tools/fuzz.py [--runs N]     exit 1 on a traceback, a hang of ten seconds or more than 2 GiB

Whatever comes in, a reader either reads it or raises BadInputError with one line. What breaks that is written to the
folder `fuzz/` below the results, and becomes a test. The runs are dealt out to four processes with seeds of their own:
libFuzzer's process grew by 14 KiB a run, though the readers by themselves do not.
"""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
with atheris.instrument_imports(include=["artifact"]):
    from artifact.errors import BadInputError
    from artifact.setting import setting_of
    from artifact.study import read_study, read_variations
    from artifact.trace import reading
    from artifact.trace.series import LONGEST_RTT_US

RUNS, PARTS = 200_000, 4
LONGEST_INPUT = 16_384
PING = b"PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.\n"
TRACES = {
    "ping": PING + b"".join(b"64 bytes from 192.0.2.1: icmp_seq=%d ttl=57 time=9.8 ms\n" % n for n in range(1, 60)),
    "stamped": PING
    + b"[1700000000.123456] 64 bytes from 192.0.2.1: icmp_seq=65535 ttl=57 time=9.81 ms\n"
    + b"[1700000001.123456] no answer yet for icmp_seq=0\n"
    + b"[1700000002.123456] 64 bytes from 192.0.2.1: icmp_seq=0 ttl=57 time=1009 ms (DUP!)\n"
    + b"\n--- 192.0.2.1 ping statistics ---\n3 packets transmitted, 2 received, 33% packet loss, time 2002ms\n",
    "cron": (b"Tue Nov 24 10:07:01 UTC 2026\n" + PING + b"64 bytes from a: icmp_seq=1 ttl=57 time=49.10 ms\n") * 9,
    "windows": "Ping wird ausgeführt für a [192.0.2.1] mit 32 Bytes Daten:\r\n".encode("cp850")
    + "Antwort von 192.0.2.1: Bytes=32 Zeit<1ms TTL=9\r\nZeitüberschreitung der Anforderung.\r\n".encode("cp850"),
    "utf-16": "Reply from 192.0.2.1: bytes=32 time=9ms TTL=9\r\nRequest timed out.\r\n".encode("utf-16"),
    "fping": b"[1700000000.12345] a : [0], 64 bytes, 9.8 ms (9.8 avg, 0% loss)\n"
    + b"a : [1], timed out (NaN avg, 100% loss)\na : 9.8 -\n",
    "mtr": b"x 0 33000\nh 0 192.0.2.1\np 0 904 33000\nx 0 33001\nx 1 33002\np 1 99 33002\n",
    "ping json": b'{"host": "a", "seq": 1, "time": "9.04"}\n{"resp": {"host": "a", "seq": 2, "rtt": 9}}\n'
    + b'{"timeout": {"seq": 3}}\n',
    "atlas": b'[{"type": "ping", "prb_id": 7, "dst_name": "a", "timestamp": 1700000000, '
    + b'"result": [{"rtt": 9.04}, {"x": "*"}]}]\n',
    "scamper": b'{"dst": "a", "start": {"sec": 1700000000, "usec": 5}, "ping_sent": 3, '
    + b'"responses": [{"seq": 0, "rtt": 9}]}\n',
    "smokeping": b"timestamp,uptime,loss,median,ping1\n2026-01-01 00:05:00,,0,0.00904,0.009\n"
    + b"2026-01-01 00:10:00,,1,,\n",
    "pingplotter": b"Host Information\n1,gw,192.0.2.1\nSample Information\n2026-01-01 00:00:00Z,1.04\n"
    + b"2026-01-01 00:00:02Z,*\n",
    "powershell": b"Ping Source Address Latency BufferSize Status\n   1 HERE 192.0.2.1 9 32 Success\n"
    + b"   2 HERE * * * TimedOut\n",
    "csv": b"second,rtt_ms\n" + b"".join(b"%d,%d.5\n" % (n, 9 + n % 3) for n in range(60)),
    "semicolons": b"\xef\xbb\xbftime;rtt\r\n2026-01-01 00:00:00;9,5\r\n2026-01-01 00:00:01;\r\n",
    "hosts": b"time,host,rtt\n1,a,9.5 ms\n1,b,time=8\n2,a,*\n2,b,<1\n",
    "bare": b"2026-01-01 10:00:00 9.5\n2026-01-01 10:00:01 9.7\n",
    "timed": b"".join(b"Tue Oct 22 16:00:%02d 2024\t0.0092%d\n" % (n, n % 3) for n in range(60)),
    "gzip": gzip.compress(b"rtt\n9.5\n9.7\n", mtime=0),
}
NO_SEED = {"Parquet table"}
"""Formats whose reader is somebody else's library."""
STUDY = (ROOT / "study.toml").read_bytes()
VARIATIONS = (ROOT / "variations.toml").read_bytes()


def one_input(data: bytes) -> None:
    """Read one input as a study, as variations or as a trace; anything but BadInputError in one line is a finding."""
    if not data:
        return
    PLACE.write_bytes(data[1:])
    try:
        if data[:1] == b"s":
            setting_of(read_study(PLACE))
        elif data[:1] == b"v":
            read_variations(PLACE)
        else:
            for trace in reading.read_log(PLACE).series:
                if trace.rtt_us.dtype != "int64" or trace.rtt_us.min() < 0 or trace.rtt_us.max() > LONGEST_RTT_US:
                    raise AssertionError(f"no RTTs: {trace.rtt_us}")
                if trace.sent_us is not None and len(trace.sent_us) != len(trace):
                    raise AssertionError(f"{len(trace.sent_us)} times of {len(trace)} pings")
    except BadInputError as refused:
        said = str(refused)
        if len(said.splitlines()) != 1 or not said.startswith(str(PLACE)) or "; " not in said:
            raise AssertionError(f"not one line with place and remedy: {said}") from refused


def fuzz(seed: int, runs: int, found: Path) -> None:
    """Write the seeds, hand over to libFuzzer, which ends the process itself."""
    corpus = found / f"corpus-{seed}"
    corpus.mkdir(parents=True, exist_ok=True)
    formats = set()
    for name, content in TRACES.items():
        PLACE.write_bytes(content)
        formats.add(reading.read_log(PLACE).format)
        (corpus / name).write_bytes(b"t" + content)
    if (
        formats != {reader.FORMAT for reader in reading.READERS} - NO_SEED
        or max(map(len, (STUDY, VARIATIONS))) >= LONGEST_INPUT
    ):
        raise SystemExit("fuzz: the seeds do not reach every reader; mend TRACES or LONGEST_INPUT in tools/fuzz.py")
    (corpus / "study").write_bytes(b"s" + STUDY)
    (corpus / "variations").write_bytes(b"v" + VARIATIONS)
    options = [f"-runs={runs}", f"-max_len={LONGEST_INPUT}", "-timeout=10", "-rss_limit_mb=2048", f"-seed={seed}"]
    atheris.Setup([sys.argv[0], *options, "-print_final_stats=1", f"-artifact_prefix={found}/", str(corpus)], one_input)
    atheris.Fuzz()


def part(seed: int, runs: int, found: Path) -> bool:
    """Have a process of its own do so many runs; say what came of them, and return whether nothing was found."""
    log = found / f"part-{seed}.log"
    with log.open("wb") as said:
        command = [sys.executable, __file__, "--runs", str(runs), "--seed", str(seed)]
        status = subprocess.run(command, stdout=said, stderr=said, check=False).returncode
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    done = [line for line in lines if re.match(r"Done \d+ runs", line)]
    found_nothing = status == 0 and bool(done)
    print("\n".join(f"part {seed}: {line}" for line in (done if found_nothing else lines[-20:])), flush=True)
    return found_nothing


def main() -> int:
    """Deal the runs out, as many at a time as there are cores."""
    runs = int(sys.argv[sys.argv.index("--runs") + 1]) if "--runs" in sys.argv else RUNS
    found = Path(os.environ.get("RESULTS", "results")) / "fuzz"
    if "--seed" in sys.argv:
        fuzz(int(sys.argv[sys.argv.index("--seed") + 1]), runs, found)
    found.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        good = list(pool.map(lambda seed: part(seed, runs // PARTS, found), range(1, PARTS + 1)))
    print(f"{runs // PARTS * PARTS} runs, {good.count(False)} of {PARTS} parts with a finding")
    return 0 if all(good) else 1


if __name__ == "__main__":
    # In memory where the system has a place for that: a file is written for every input.
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:  # noqa: S108
        PLACE = Path(folder) / "input"
        sys.exit(main())
