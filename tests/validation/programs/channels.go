// Goroutines that pass blocks through channels: workers hash them, one collects.
package main

import (
	"crypto/sha256"
	"fmt"
	"sync"
)

func main() {
	blocks, sums := make(chan []byte, 4), make(chan [32]byte, 4)
	var workers sync.WaitGroup
	for w := 0; w < 4; w++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for b := range blocks {
				s := sha256.Sum256(b)
				for i := 0; i < 200; i++ {
					s = sha256.Sum256(append(b[:2000], s[:]...))
				}
				sums <- s
			}
		}()
	}
	go func() {
		for i := 0; i < 2000; i++ {
			b := make([]byte, 20000)
			b[i%20000] = byte(i)
			blocks <- b
		}
		close(blocks)
		workers.Wait()
		close(sums)
	}()
	var all [32]byte
	for s := range sums {
		for i := range all {
			all[i] ^= s[i]
		}
	}
	fmt.Printf("%x\n", all)
}
