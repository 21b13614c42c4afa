"""A pool of four threads that compress blocks, which lets go of the interpreter's lock."""
import random
import zlib
from concurrent.futures import ThreadPoolExecutor

blocks = [random.Random(i).randbytes(60000) * 3 for i in range(240)]
with ThreadPoolExecutor(4) as pool:
    print(sum(len(b) for b in pool.map(lambda b: zlib.compress(b, 9), blocks)))
