// Command mongo_server is the MongoDB server of the tests: FerretDB on SQLite, embedded, behind a gate that makes each
// command atomic as MongoDB's commands are.
//
//	mongo_server -state DIR [-listen 127.0.0.1:0] [-until-stdin-closes]
//
// It prints the URI it listens on as one line on standard output, keeps its databases under DIR, and ends on SIGTERM
// or SIGINT.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "TCP `address`; port 0 takes a free one")
	state := flag.String("state", "", "`folder` of the databases; made if it is not there")
	untilStdin := flag.Bool("until-stdin-closes", false, "end with whoever holds the other end of standard input")
	flag.Parse()
	if *state == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if *untilStdin {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop()
		}()
	}
	if err := serve(ctx, *listen, *state); err != nil {
		fmt.Fprintln(os.Stderr, "mongo_server:", err)
		os.Exit(1)
	}
}

// serve runs the server until ctx ends.
func serve(ctx context.Context, listen, state string) error {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return err
	}
	// A socket's path has at most 107 bytes, which a state folder's may exceed.
	sockets, err := os.MkdirTemp("", "mongo_server.")
	if err != nil {
		return err
	}
	defer os.RemoveAll(sockets)
	socket := filepath.Join(sockets, "ferretdb")

	database, err := embed(socket, state)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}

	// The embedded server ends last, so that no client sees it go before the gate.
	inner, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = database.Run(inner)
	}()
	defer func() {
		stop()
		<-done
	}()

	fmt.Printf("mongodb://%s/\n", listener.Addr())
	return newGate(socket).serve(ctx, listener)
}

// embed makes the embedded server. Its files need not survive a power cut: without fsync, tests are quick.
func embed(socket, state string) (*ferretdb.FerretDB, error) {
	return ferretdb.New(&ferretdb.Config{
		Handler:   "sqlite",
		SQLiteURL: "file:" + filepath.ToSlash(filepath.Clean(state)) + "/?_pragma=synchronous(off)",
		Listener:  ferretdb.ListenerConfig{Unix: socket},
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	})
}
