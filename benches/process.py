#!/usr/bin/env python3
"""Whole processes over generated inputs: wall time, processor time and peak memory, growth, and equal bytes.

    python3 benches/process.py [--sizes 1000,10000,100000] [--shapes] [FOLDER...]

Builds nothing: run `cargo build --release` and `cargo build --release --example generate` before. Given folders are
measured instead of generated inputs. Ends with status 1 when output differs between runs or numbers of threads, or
when a resource costs more than twice as much in a large input as in one a tenth of its size (below 0.2 s of processor
time nothing is judged: there the start of the process counts for more than the work).

Needs Python 3.9 or newer on a system with wait4 (Linux, macOS, BSD); nothing beyond the standard library.
"""

import argparse
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHAPES = (
    "one-file one-root folders ingress block-types rules chain locals count dynamic calls statements suppressions errors "
    "template template-json templates mapping template-chain "
    "plan-line junk comments networks inline-policies attachments grants members unknown-key variables stars expressions"
).split()
# What is judged: processor seconds of the larger input, and how much dearer one unit may be in it.
JUDGED_FROM = 0.2
DEARER = 2.0


def measure(program, folder, threads):
    """One run: wall and processor seconds, peak memory in MiB, exit status, digest of what was written."""
    command = [program, "check", "--output-format", "json", "--threads", str(threads), "."]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        # 0: nothing found, 1: findings, 3: some input could not be read; anything else is no measurement.
        if child.returncode not in (0, 1, 3):
            err.seek(0)
            sys.exit(f"{' '.join(command)} in {folder} ended with {child.returncode}:\n{err.read().decode()}")
        out.seek(0)
        digest = hashlib.sha256()
        size = 0
        while block := out.read(1 << 20):
            digest.update(block)
            size += len(block)
    peak = used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return wall, used.ru_utime + used.ru_stime, peak, size, digest.hexdigest()


def report(name, size, program, folder, runs):
    """Prints one line; gives the processor seconds of one thread (the least of the runs) and whether bytes agree."""
    ones = [measure(program, folder, 1) for _ in range(runs)]
    twos = [measure(program, folder, 2) for _ in range(runs)]
    wall, cpu, peak = (min(run[at] for run in ones) for at in range(3))
    wall2 = min(run[0] for run in twos)
    same = len({run[4] for run in ones + twos}) == 1
    each = f"{cpu / size * 1e6:9.1f}" if size else f"{'':9}"
    print(f"{name:28} {wall:8.3f} {wall2:8.3f} {cpu:8.3f} {peak:8.1f} {each} {ones[0][3]:>12} {'yes' if same else 'NO'}", flush=True)
    return cpu, same


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--program", default=str(ROOT / "target/release/distrust"))
    options.add_argument("--generate", default=str(ROOT / "target/release/examples/generate"))
    options.add_argument("--sizes", default="1000,10000,100000")
    options.add_argument("--shapes", action="store_true", help="every shape of growth too")
    options.add_argument("--runs", type=int, default=3, help="runs with each number of threads; the best one counts")
    options.add_argument("folders", nargs="*")
    given = options.parse_args()
    wrong = []
    print(f"{'input':28} {'wall s':>8} {'2 thr. s':>8} {'cpu s':>8} {'MiB':>8} {'µs each':>9} {'bytes out':>12} same")
    for folder in given.folders:
        _, same = report(pathlib.Path(folder).name[:28], 0, given.program, folder, given.runs)
        if not same:
            wrong.append(f"{folder}: output differs")
    if given.folders:
        return finish(wrong)
    inputs = [("terraform", ["--language", "terraform"]), ("cloudformation", ["--language", "cloudformation"])]
    if given.shapes:
        inputs += [(shape, ["--shape", shape]) for shape in SHAPES]
    with tempfile.TemporaryDirectory() as top:
        for name, arguments in inputs:
            before = None
            for size in map(int, given.sizes.split(",")):
                folder = f"{top}/{name}-{size}"
                command = [given.generate, folder, "--resources", str(size), *arguments]
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
                cpu, same = report(f"{name} {size}", size, given.program, folder, given.runs)
                if not same:
                    wrong.append(f"{name} {size}: output differs")
                if before and cpu > JUDGED_FROM and cpu / size > DEARER * max(before[0], 0.02) / before[1]:
                    wrong.append(f"{name}: {before[0]:.2f} s for {before[1]}, {cpu:.2f} s for {size}")
                before = (cpu, size)
    return finish(wrong)


def finish(wrong):
    """Says what is wrong; the exit status."""
    for line in wrong:
        print(f"wrong: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
