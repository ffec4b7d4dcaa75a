package main

import (
	"bytes"
	"encoding/binary"
	"slices"
	"sync"
)

// cutCommand is a command of the gate itself: {intelliclinixCut: n} lets n more commands through and then closes every
// connection that brings another, as if its client had died there, until {intelliclinixCut: -1}.
const cutCommand = "intelliclinixCut"

// countCommand is another: {intelliclinixCommands: 1} replies {n: commands so far}.
const countCommand = "intelliclinixCommands"

// hastyCommand is another: {intelliclinixHasty: 1} replies {n: writes so far that a power cut or a failover could lose}.
const hastyCommand = "intelliclinixHasty"

// cut counts the commands that were let through, and those that still are.
type cut struct {
	mutex sync.Mutex
	seen  int64
	hasty int64
	armed bool
	left  int
}

func (c *cut) count() int64 {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.seen
}

func (c *cut) countHasty() int64 {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.hasty
}

// look counts one command if it is a write that is acknowledged before a majority has it in its journals.
func (c *cut) look(name string, message []byte) {
	if !slices.Contains([]string{"insert", "update", "delete", "findAndModify"}, name) {
		return
	}
	// The members {w: "majority", j: true}, as BSON has them.
	if bytes.Contains(message, []byte("\x02w\x00\x09\x00\x00\x00majority\x00\x08j\x00\x01")) {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.hasty++
}

func (c *cut) arm(commands int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.armed = commands >= 0
	c.left = commands
}

// falls counts one command; whether it is not let through.
func (c *cut) falls() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.seen++
	if !c.armed {
		return false
	}
	c.left--
	return c.left < 0
}

// onlyReads tells the commands that may run beside others of their kind.
func onlyReads(name string) bool {
	return slices.Contains([]string{"find", "getMore", "aggregate", "count", "listCollections", "listIndexes", "ping"}, name)
}

// isHandshake tells the commands by which drivers find and leave servers.
func isHandshake(name string) bool {
	return slices.Contains([]string{"", "hello", "isMaster", "ismaster", "endSessions"}, name)
}

// The body of an OP_MSG: its flags, the kind of its first section, and a BSON document.
const (
	bodyAt   = headerBytes + 5
	int32Tag = 0x10
)

// command is the name of a message's command, and its argument where that is an int32.
func command(message []byte) (name string, argument int32) {
	if binary.LittleEndian.Uint32(message[12:]) != opMsg || len(message) < bodyAt+5 || message[bodyAt-1] != 0 {
		return "", 0
	}
	tag, rest := message[bodyAt+4], message[bodyAt+5:]
	end := bytes.IndexByte(rest, 0)
	if end < 0 {
		return "", 0
	}
	if value := rest[end+1:]; tag == int32Tag && len(value) >= 4 {
		argument = int32(binary.LittleEndian.Uint32(value))
	}
	return string(rest[:end]), argument
}

// acknowledge is the reply {n: n, ok: 1.0} to a message.
func acknowledge(request []byte, n int64) []byte {
	document := []byte{28, 0, 0, 0, 0x12, 'n', 0}
	document = binary.LittleEndian.AppendUint64(document, uint64(n))
	document = append(document, 0x01, 'o', 'k', 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0)
	reply := make([]byte, bodyAt, bodyAt+len(document))
	reply = append(reply, document...)
	binary.LittleEndian.PutUint32(reply, uint32(len(reply)))
	copy(reply[8:12], request[4:8])
	binary.LittleEndian.PutUint32(reply[12:], opMsg)
	return reply
}
