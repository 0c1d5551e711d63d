// Runs the public interop cases with grpc-go, and leaves with 0 when all of them pass.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	pb "interop/pb"
)

// setting is what a case is run with.
type setting struct {
	test   pb.TestServiceClient
	nobody pb.UnimplementedServiceClient
}

// interopCase is one case; run panics when it fails.
type interopCase struct {
	name string
	run  func(setting)
}

func main() {
	host := flag.String("server_host", "localhost", "the server's host")
	port := flag.Int("server_port", 0, "the server's port")
	override := flag.String("server_host_override", "", "the host to claim to call")
	useTLS := flag.Bool("use_tls", false, "whether to speak TLS")
	authorities := flag.String("tls_ca", "", "the authorities to trust")
	chosen := flag.String("test_case", "large_unary", "the cases")
	flag.Parse()

	security := grpc.WithInsecure()
	if *useTLS {
		trust, err := credentials.NewClientTLSFromFile(*authorities, *override)
		if err != nil {
			log.Fatal(err)
		}
		security = grpc.WithTransportCredentials(trust)
	}
	options := []grpc.DialOption{security}
	if *override != "" && !*useTLS {
		options = append(options, grpc.WithAuthority(*override))
	}
	channel, err := grpc.Dial(fmt.Sprintf("%s:%d", *host, *port), options...)
	if err != nil {
		log.Fatal(err)
	}
	defer channel.Close()
	with := setting{pb.NewTestServiceClient(channel), pb.NewUnimplementedServiceClient(channel)}
	failed := false
	for _, each := range append(plainCases, endingCases...) {
		if *chosen != "all" && !strings.Contains(","+*chosen+",", ","+each.name+",") {
			continue
		}
		failed = !each.pass(with) || failed
	}
	if failed {
		os.Exit(1)
	}
}

// pass runs the case and says how it went.
func (each interopCase) pass(with setting) (passed bool) {
	defer func() {
		if failure := recover(); failure != nil {
			fmt.Printf("%s: FAILED: %v\n", each.name, failure)
		} else {
			fmt.Printf("%s: passed\n", each.name)
			passed = true
		}
	}()
	each.run(with)
	return
}

func expect(holds bool, what string, values ...interface{}) {
	if !holds {
		panic(fmt.Sprintf(what, values...))
	}
}

func expectOK(err error) { expect(err == nil, "%v", err) }
