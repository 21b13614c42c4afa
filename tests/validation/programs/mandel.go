// Rows of a Mandelbrot set, shared out to two goroutines.
package main

import (
	"fmt"
	"sync"
)

const size = 2200

func row(y int) (inside int) {
	for x := 0; x < size; x++ {
		c := complex(float64(x)*3/size-2, float64(y)*2/size-1)
		z := complex(0, 0)
		n := 0
		for ; n < 150 && real(z)*real(z)+imag(z)*imag(z) < 4; n++ {
			z = z*z + c
		}
		inside += n
	}
	return
}

func main() {
	rows := make(chan int)
	var all sync.WaitGroup
	var lock sync.Mutex
	sum := 0
	for i := 0; i < 2; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for y := range rows {
				n := row(y)
				lock.Lock()
				sum += n
				lock.Unlock()
			}
		}()
	}
	for y := 0; y < size; y++ {
		rows <- y
	}
	close(rows)
	all.Wait()
	fmt.Println(sum)
}
