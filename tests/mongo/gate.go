package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// gate lets commands that write through to the embedded server one at a time and alone: FerretDB 1 runs the parts of a
// findAndModify or an update one after another, so that of two at once both may find what only one may have. MongoDB
// promises that a command on one document is atomic, and the store relies on it.
type gate struct {
	socket string
	turn   sync.RWMutex // commands that only read share it
	cut    cut
}

func newGate(socket string) *gate { return &gate{socket: socket} }

// Parts of a message of MongoDB's wire protocol:
// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
const (
	headerBytes     = 16
	maxMessageBytes = 48_000_000
	opMsg           = 2013
	moreToCome      = 1 << 1
)

// serve accepts connections until ctx ends.
func (g *gate) serve(ctx context.Context, listener net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(ctx, func() { listener.Close() })
	var connections sync.WaitGroup
	defer connections.Wait()
	for {
		client, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		connections.Add(1)
		go func() {
			defer connections.Done()
			if err := g.forward(ctx, client); err != nil && ctx.Err() == nil {
				fmt.Fprintln(os.Stderr, "mongo_server:", err)
			}
		}()
	}
}

// forward passes the messages of one client on until either side closes.
func (g *gate) forward(ctx context.Context, client net.Conn) error {
	defer client.Close()
	server, err := dial(g.socket)
	if err != nil {
		return err
	}
	defer server.Close()
	defer context.AfterFunc(ctx, func() { client.Close() })()
	for {
		request, err := readMessage(client)
		if err != nil {
			return closed(err)
		}
		var reply []byte
		switch name, argument := command(request); {
		case name == cutCommand:
			g.cut.arm(int(argument))
			reply = acknowledge(request, 0)
		case name == countCommand:
			reply = acknowledge(request, g.cut.count())
		case name == hastyCommand:
			reply = acknowledge(request, g.cut.countHasty())
		case !isHandshake(name) && g.cut.falls():
			return nil
		default:
			g.cut.look(name, request)
			if reply, err = g.exchange(server, name, request); err != nil {
				return err
			}
		}
		if _, err := client.Write(reply); err != nil {
			return closed(err)
		}
	}
}

// exchange is one command and its reply, if it has one, while none runs that must not run beside it.
func (g *gate) exchange(server net.Conn, name string, request []byte) ([]byte, error) {
	if onlyReads(name) {
		g.turn.RLock()
		defer g.turn.RUnlock()
	} else {
		g.turn.Lock()
		defer g.turn.Unlock()
	}
	if _, err := server.Write(request); err != nil {
		return nil, err
	}
	if !wantsReply(request) {
		return nil, nil
	}
	return readMessage(server)
}

// dial connects to the embedded server, which may be still about to listen.
func dial(socket string) (net.Conn, error) {
	deadline := time.Now().Add(10 * time.Second)
	for {
		server, err := net.Dial("unix", socket)
		if err == nil || time.Now().After(deadline) {
			return server, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// readMessage reads one whole message with its header.
func readMessage(from io.Reader) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(from, length[:]); err != nil {
		return nil, err
	}
	bytes := binary.LittleEndian.Uint32(length[:])
	if bytes < headerBytes || bytes > maxMessageBytes {
		return nil, fmt.Errorf("a message of %d bytes", bytes)
	}
	message := make([]byte, bytes)
	copy(message, length[:])
	_, err := io.ReadFull(from, message[len(length):])
	return message, err
}

// wantsReply tells whether the server answers: it does not where the client said that more follows.
func wantsReply(message []byte) bool {
	if binary.LittleEndian.Uint32(message[12:]) != opMsg || len(message) < headerBytes+4 {
		return true
	}
	return binary.LittleEndian.Uint32(message[headerBytes:])&moreToCome == 0
}

// closed is nil for the errors of a client that went away.
func closed(err error) error {
	var network *net.OpError
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network) {
		return nil
	}
	return err
}
