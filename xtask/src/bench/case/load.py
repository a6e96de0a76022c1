# Prints `took`, wall and processor time of each run of the reference's loader, in seconds, among what the loader says itself. Its
# modules are loaded before the first run.
import sys
import time

from kiwi.xml_description import XMLDescription
from kiwi.xml_state import XMLState

file, build_type, runs, *profiles = sys.argv[1:]
for _ in range(int(runs)):
    wall, processor = time.perf_counter(), time.process_time()
    XMLState(XMLDescription(file).load(), profiles, build_type)
    print("took", time.perf_counter() - wall, time.process_time() - processor)
