"""Counts primes with a pool of four processes: an embarrassingly parallel job with a small serial part."""
import multiprocessing


def primes_between(bounds):
    low, high = bounds
    return sum(all(n % d for d in range(2, int(n**0.5) + 1)) for n in range(max(low, 2), high))


if __name__ == "__main__":
    chunks = [(start, start + 12500) for start in range(0, 400000, 12500)]
    with multiprocessing.Pool(4) as pool:
        print(sum(pool.map(primes_between, chunks, chunksize=1)), "primes below 400000")
