// Serves grpc.testing.TestService with grpc-go.
//
// This version of it neither tells whether a request came compressed nor lets a server choose to compress.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	_ "google.golang.org/grpc/encoding/gzip" // so that compressed requests are understood

	pb "interop/pb"
)

func main() {
	port := flag.Int("port", 0, "the port")
	useTLS := flag.Bool("use_tls", false, "whether to speak TLS")
	certificate := flag.String("tls_cert", "", "the certificate")
	key := flag.String("tls_key", "", "its key")
	flag.Parse()

	options := []grpc.ServerOption{grpc.MaxRecvMsgSize(64 << 20)}
	if *useTLS {
		identity, err := credentials.NewServerTLSFromFile(*certificate, *key)
		if err != nil {
			log.Fatal(err)
		}
		options = append(options, grpc.Creds(identity))
	}
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(options...)
	pb.RegisterTestServiceServer(server, &service{})
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	go func() {
		<-signals
		server.GracefulStop()
	}()
	fmt.Println("listening on", listener.Addr())
	if err := server.Serve(listener); err != nil {
		log.Fatal(err)
	}
}
