package store

import "sync"

// cache keeps what was read until something writes it: only this process writes the store. The zero cache is empty.
type cache[T any] struct {
	mu         sync.Mutex
	generation int
	held       map[string]T
}

// get returns what is held under a name, or reads it. What was read while somebody called forget may be old already, and
// is not kept.
func (c *cache[T]) get(name string, read func() (T, error)) (T, error) {
	c.mu.Lock()
	value, ok := c.held[name]
	generation := c.generation
	c.mu.Unlock()
	if ok {
		return value, nil
	}
	value, err := read()
	if err != nil {
		return value, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation == c.generation {
		if c.held == nil {
			c.held = map[string]T{}
		}
		c.held[name] = value
	}
	return value, nil
}

// forget empties the cache. Call it after the write, before anybody is told of it.
func (c *cache[T]) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	c.held = nil
}
