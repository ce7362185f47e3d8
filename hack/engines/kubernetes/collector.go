package main

import (
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// How much garbage may pile up before it is collected, in percent of what is alive: while the program idles memory matters, and a
// collection costs nothing; under load collections would take a third of its processor time.
const (
	idlePercent = 50
	busyPercent = 400
	// Bytes made in one interval: above it the program is busy.
	busyBytes = 4 << 20
	interval  = 500 * time.Millisecond
	// Intervals without load after which memory goes back to the system.
	calm = 10
	// A start makes much garbage once: piled up, it would leave the heap full of holes.
	startup = 15 * time.Second
)

// paceCollector follows the load for ever. GOMEMLIMIT still bounds the whole.
func paceCollector() {
	debug.SetGCPercent(idlePercent)
	time.Sleep(startup)
	made := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(made)
	before := made[0].Value.Uint64()
	for quiet := calm; ; quiet++ {
		time.Sleep(interval)
		metrics.Read(made)
		now := made[0].Value.Uint64()
		if now-before > busyBytes {
			if quiet >= calm {
				debug.SetGCPercent(busyPercent)
			}
			quiet = -1
		} else if quiet == calm-1 {
			debug.SetGCPercent(idlePercent)
			debug.FreeOSMemory()
		}
		before = now
	}
}
