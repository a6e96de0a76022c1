# Prints wall and processor time of each run of the reference's loader, in seconds: its modules are loaded before the first.
import sys
import time

from kiwi.xml_description import XMLDescription
from kiwi.xml_state import XMLState

file, build_type, runs, *profiles = sys.argv[1:]
for _ in range(int(runs)):
    wall, processor = time.perf_counter(), time.process_time()
    XMLState(XMLDescription(file).load(), profiles, build_type)
    print(time.perf_counter() - wall, time.process_time() - processor)
