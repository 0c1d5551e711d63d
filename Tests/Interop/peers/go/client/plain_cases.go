// Decides the cases of calls that go well.

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"

	pb "interop/pb"
)

const (
	largeRequest  = 271828
	largeResponse = 314159
	initial       = "x-grpc-test-echo-initial"
	initialValue  = "test_initial_metadata_value"
	trailing      = "x-grpc-test-echo-trailing-bin"
	trailingValue = "\xab\xab\xab"
)

var exchanges = []struct{ request, response int }{{27182, 31415}, {8, 9}, {1828, 2653}, {45904, 58979}}

func zeros(size int) *pb.Payload { return &pb.Payload{Body: make([]byte, size)} }

func expectZeros(payload *pb.Payload, size int) {
	expect(bytes.Equal(payload.GetBody(), make([]byte, size)), "not %d zeros", size)
}

func large() *pb.SimpleRequest {
	return &pb.SimpleRequest{ResponseSize: largeResponse, Payload: zeros(largeRequest)}
}

func duplex(size, responseSize int) *pb.StreamingOutputCallRequest {
	return &pb.StreamingOutputCallRequest{
		ResponseParameters: []*pb.ResponseParameters{{Size: int32(responseSize)}}, Payload: zeros(size),
	}
}

// expectResponses reads responses of these sizes and the end with OK.
func expectResponses(stream interface {
	Recv() (*pb.StreamingOutputCallResponse, error)
}, sizes ...int) {
	for _, size := range sizes {
		response, err := stream.Recv()
		expectOK(err)
		expectZeros(response.Payload, size)
	}
	_, err := stream.Recv()
	expect(err == io.EOF, "%v instead of the end", err)
}

var plainCases = []interopCase{
	{"empty_unary", func(with setting) {
		_, err := with.test.EmptyCall(context.Background(), &pb.Empty{})
		expectOK(err)
	}},
	{"large_unary", largeUnary},
	// Without a proxy in between, two answers differ: only that there are two is looked at.
	{"cacheable_unary", func(with setting) {
		context := metadata.AppendToOutgoingContext(context.Background(), "x-user-ip", "1.2.3.4")
		now := &pb.Payload{Body: []byte(fmt.Sprint(time.Now().UnixNano()))}
		for round := 0; round < 2; round++ {
			response, err := with.test.CacheableUnaryCall(context, &pb.SimpleRequest{Payload: now})
			expectOK(err)
			expect(len(response.Payload.Body) > 0, "no payload")
		}
	}},
	{"client_compressed_unary", func(with setting) {
		request := large()
		request.ExpectCompressed = &pb.BoolValue{Value: true}
		_, err := with.test.UnaryCall(context.Background(), request)
		expectStatus(err, codes.InvalidArgument)
		response, err := with.test.UnaryCall(context.Background(), request, grpc.UseCompressor(gzip.Name))
		expectOK(err)
		expectZeros(response.Payload, largeResponse)
		request.ExpectCompressed.Value = false
		response, err = with.test.UnaryCall(context.Background(), request)
		expectOK(err)
		expectZeros(response.Payload, largeResponse)
	}},
	{"client_streaming", func(with setting) {
		stream, err := with.test.StreamingInputCall(context.Background())
		expectOK(err)
		for _, each := range exchanges {
			expectOK(stream.Send(&pb.StreamingInputCallRequest{Payload: zeros(each.request)}))
		}
		response, err := stream.CloseAndRecv()
		expectOK(err)
		expect(response.AggregatedPayloadSize == 74922, "%d", response.AggregatedPayloadSize)
	}},
	{"server_streaming", func(with setting) {
		request, sizes := &pb.StreamingOutputCallRequest{}, []int{}
		for _, each := range exchanges {
			request.ResponseParameters = append(
				request.ResponseParameters, &pb.ResponseParameters{Size: int32(each.response)})
			sizes = append(sizes, each.response)
		}
		stream, err := with.test.StreamingOutputCall(context.Background(), request)
		expectOK(err)
		expectResponses(stream, sizes...)
	}},
	{"ping_pong", func(with setting) {
		stream, err := with.test.FullDuplexCall(context.Background())
		expectOK(err)
		for _, each := range exchanges {
			expectOK(stream.Send(duplex(each.request, each.response)))
			response, err := stream.Recv()
			expectOK(err)
			expectZeros(response.Payload, each.response)
		}
		// grpc-go measures the path by a PING with each response: no server may take so many for a flood.
		for round := 0; round < 5000; round++ {
			expectOK(stream.Send(duplex(1, 1)))
			_, err := stream.Recv()
			expectOK(err)
		}
		expectOK(stream.CloseSend())
		expectResponses(stream)
	}},
	{"half_duplex", func(with setting) {
		stream, err := with.test.HalfDuplexCall(context.Background())
		expectOK(err)
		sizes := []int{}
		for _, each := range exchanges {
			expectOK(stream.Send(duplex(each.request, each.response)))
			sizes = append(sizes, each.response)
		}
		expectOK(stream.CloseSend())
		expectResponses(stream, sizes...)
	}},
	{"empty_stream", func(with setting) {
		stream, err := with.test.FullDuplexCall(context.Background())
		expectOK(err)
		expectOK(stream.CloseSend())
		expectResponses(stream)
	}},
	{"custom_metadata", customMetadata},
	{"rpc_soak", func(with setting) {
		for call := 0; call < 10; call++ {
			largeUnary(with)
		}
	}},
}

func largeUnary(with setting) {
	response, err := with.test.UnaryCall(context.Background(), large())
	expectOK(err)
	expectZeros(response.Payload, largeResponse)
}

func customMetadata(with setting) {
	context := metadata.AppendToOutgoingContext(
		context.Background(), initial, initialValue, trailing, trailingValue)
	check := func(head, trailers metadata.MD) {
		expect(fmt.Sprint(head.Get(initial)) == "["+initialValue+"]", "initial: %v", head)
		expect(fmt.Sprint(trailers.Get(trailing)) == "["+trailingValue+"]", "trailing: %v", trailers)
	}
	var head, trailers metadata.MD
	response, err := with.test.UnaryCall(context, large(), grpc.Header(&head), grpc.Trailer(&trailers))
	expectOK(err)
	expectZeros(response.Payload, largeResponse)
	check(head, trailers)

	stream, err := with.test.FullDuplexCall(context)
	expectOK(err)
	expectOK(stream.Send(duplex(largeRequest, largeResponse)))
	expectOK(stream.CloseSend())
	head, err = stream.Header()
	expectOK(err)
	expectResponses(stream, largeResponse)
	check(head, stream.Trailer())
}
