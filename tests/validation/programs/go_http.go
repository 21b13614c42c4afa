// go_http server PORT | client HOST PORT N: eight goroutines fetch N answers over the connections that net/http keeps.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
)

func serve(port string) {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.Sum256([]byte(r.URL.Path))
		for i := 0; i < 100; i++ {
			sum = sha256.Sum256(sum[:])
		}
		fmt.Fprintln(w, hex.EncodeToString(sum[:]))
	})
	panic(http.ListenAndServe("0.0.0.0:"+port, nil))
}

func fetch(url string) {
	answer, err := http.Get(url)
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
}

func main() {
	if os.Args[1] == "server" {
		serve(os.Args[2])
	}
	n, _ := strconv.Atoi(os.Args[4])
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = 8
	jobs := make(chan int)
	var all sync.WaitGroup
	for i := 0; i < 8; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for job := range jobs {
				fetch(fmt.Sprintf("http://%s:%s/%d", os.Args[2], os.Args[3], job))
			}
		}()
	}
	for i := 0; i < n; i++ {
		jobs <- i
	}
	close(jobs)
	all.Wait()
}
