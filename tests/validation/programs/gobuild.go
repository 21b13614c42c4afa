// Built by the Go compiler, with what it needs of the library.
package main

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

func main() {
	words := strings.Fields("the quick brown fox jumps over the lazy dog")
	sort.Strings(words)
	text, err := json.Marshal(words)
	fmt.Println(string(text), err)
}
