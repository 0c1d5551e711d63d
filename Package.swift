// swift-tools-version: 6.2
// Decides which module may import which: see "Map of the tree" in README.md.
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let concurrencyHelpers = Target.Dependency.product(
  name: "NIOConcurrencyHelpers", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let yaml = Target.Dependency.product(name: "Yams", package: "Yams")
let toml = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")

let package = Package(
  name: "martlet",
  products: [
    .executable(name: "martlet", targets: ["martlet"]),
    .executable(name: "protoc-gen-martlet", targets: ["protoc-gen-martlet"]),
    .library(name: "Martlet", targets: ["Martlet", "MartletServing"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // System libraries.
    .systemLibrary(
      name: "CNGHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
    .systemLibrary(
      name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
    .systemLibrary(name: "CZlib"),
    .systemLibrary(name: "CSpawn"),
    .systemLibrary(name: "CMalloc"),
    // libpq's own library of ciphers.
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),

    // Messages and calls: no sockets.
    .target(name: "CWellKnownProto", dependencies: ["CProtobufC"]),
    .target(name: "CMartletProto", dependencies: ["CWellKnownProto", "CProtobufC"]),
    .target(
      name: "MartletWire", dependencies: ["CWellKnownProto", "CProtobufC"],
      swiftSettings: strict),
    .target(name: "MartletCall", dependencies: ["MartletWire"], swiftSettings: strict),
    .target(
      name: "MartletProto",
      dependencies: [
        "CMartletProto", "CWellKnownProto", "CProtobufC", "MartletWire", "MartletCall",
      ],
      swiftSettings: strict),

    // The wire.
    .target(
      name: "MartletHTTP",
      dependencies: [
        "CNGHTTP2", nioCore, nioPosix, nioHTTP1, nioWebSocket, nioTLS, nioSSL, concurrencyHelpers,
        logging,
      ],
      swiftSettings: strict),
    .target(
      name: "MartletRPC",
      dependencies: [
        "MartletHTTP", "MartletProto", "MartletCall", "MartletWire", "CZlib", nioCore, nioPosix,
        concurrencyHelpers, logging, metrics,
      ],
      swiftSettings: strict),

    // The domain and its memory.
    .target(name: "MartletModel", swiftSettings: strict),
    .target(name: "MartletPostgres", dependencies: ["CPostgres", logging], swiftSettings: strict),
    .target(
      name: "MartletStore",
      dependencies: ["MartletModel", "MartletPostgres", logging, metrics],
      resources: [.embedInCode("SQL")],
      swiftSettings: strict),
    .target(
      name: "MartletEngine",
      dependencies: ["MartletModel", "MartletStore", lifecycle, logging, metrics],
      swiftSettings: strict),

    // The programs.
    .target(name: "MartletSeal", dependencies: ["CCrypto"], swiftSettings: strict),
    .target(
      name: "MartletSettings", dependencies: ["MartletModel", toml], swiftSettings: strict),
    .target(
      name: "MartletPrefect",
      dependencies: [
        "MartletRPC", "MartletHTTP", "MartletProto", "MartletCall", "MartletWire", "MartletModel",
        nioCore, logging,
      ],
      swiftSettings: strict),
    .target(
      name: "MartletServer",
      dependencies: [
        "MartletPrefect", "MartletEngine", "MartletStore", "MartletPostgres", "MartletModel",
        "MartletRPC",
        "MartletHTTP", "MartletProto", "MartletCall", "MartletWire", "MartletSettings",
        "MartletSeal", "CMalloc", lifecycle, unixSignals, logging, metrics, nioCore, nioPosix,
        nioHTTP1, nioSSL,
      ],
      swiftSettings: strict),
    .target(
      name: "Martlet",
      dependencies: [
        "MartletRPC", "MartletHTTP", "MartletProto", "MartletCall", "MartletWire", nioCore,
        nioPosix, logging,
      ],
      path: "clients/swift/Sources/Martlet",
      swiftSettings: strict),
    .target(
      name: "MartletWorker",
      dependencies: [
        "Martlet", "MartletModel", "MartletRPC", "MartletProto", "MartletCall", "MartletWire",
        "CSpawn",
      ],
      swiftSettings: strict),
    .target(
      name: "MartletServing",
      dependencies: ["MartletWorker", "Martlet", "MartletProto", "MartletCall", "MartletWire"],
      path: "clients/swift/Sources/MartletServing",
      swiftSettings: strict),
    .executableTarget(
      name: "martlet",
      dependencies: [
        "MartletServer", "MartletSettings", "MartletModel", "MartletWorker", "Martlet",
        "MartletRPC", "MartletProto", "MartletCall", "MartletWire", "MartletPostgres",
        "MartletPrefect", "MartletSeal", arguments, lifecycle, logging, yaml, nioCore, nioPosix,
        nioHTTP1, nioSSL,
      ],
      resources: [.embedInCode("Command/Import/Prefect/SQL")],
      swiftSettings: strict),
    .target(name: "CPluginProto", dependencies: ["CProtobufC"]),
    .executableTarget(
      name: "census-report", dependencies: ["Martlet"], path: "clients/examples/census/report",
      swiftSettings: strict),
    .target(
      name: "MartletGenerator", dependencies: ["CPluginProto", "CProtobufC"],
      swiftSettings: strict),
    .executableTarget(
      name: "protoc-gen-martlet", dependencies: ["MartletGenerator"], swiftSettings: strict),

    // Tests and measurements.
    .executableTarget(
      name: "StoreBench",
      dependencies: ["MartletStore", "MartletModel", "MartletPostgres", logging],
      path: "Tests/Benchmarks/StoreBench", swiftSettings: strict),
    .executableTarget(
      name: "martlet-bench",
      dependencies: [
        "Martlet", "MartletRPC", "MartletHTTP", "MartletProto", "MartletCall", "MartletWire",
        "InteropProto", arguments, logging, nioCore, nioPosix,
      ],
      path: "Tests/Benchmarks/martlet-bench", swiftSettings: strict),
    .target(
      name: "MartletTestKit",
      dependencies: ["MartletModel", "MartletPostgres", "MartletStore", logging],
      swiftSettings: strict),
    .target(
      name: "CTestProto", dependencies: ["CWellKnownProto", "CProtobufC"], path: "Tests/CTestProto"),
    .target(
      name: "TestProto",
      dependencies: ["CTestProto", "CWellKnownProto", "CProtobufC", "MartletWire", "MartletCall"],
      path: "Tests/TestProto", swiftSettings: strict),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "MartletRPC", "MartletHTTP", "MartletProto", "MartletCall", "MartletWire",
        "MartletGenerator", "TestProto", nioCore, nioEmbedded,
      ],
      path: "Tests/Fuzz/FuzzTargets", swiftSettings: strict),
    .executableTarget(
      name: "martlet-fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/martlet-fuzz",
      swiftSettings: strict),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], swiftSettings: strict),
    .target(
      name: "CInteropProto", dependencies: ["CWellKnownProto", "CProtobufC"],
      path: "Tests/CInteropProto"),
    .target(
      name: "InteropProto",
      dependencies: [
        "CInteropProto", "CWellKnownProto", "CProtobufC", "MartletWire", "MartletCall",
      ],
      path: "Tests/InteropProto", swiftSettings: strict),
    .executableTarget(
      name: "interop-server",
      dependencies: [
        "InteropProto", "MartletRPC", "MartletHTTP", "MartletCall", arguments, logging, nioPosix,
        unixSignals,
      ],
      path: "Tests/Interop/interop-server", swiftSettings: strict),
    .executableTarget(
      name: "interop-client",
      dependencies: [
        "InteropProto", "MartletRPC", "MartletHTTP", "MartletCall", arguments, nioPosix,
      ],
      path: "Tests/Interop/interop-client", swiftSettings: strict),
    .testTarget(
      name: "MartletWireTests", dependencies: ["MartletWire"], swiftSettings: strict),
    .testTarget(
      name: "ProtoTests",
      dependencies: ["TestProto", "MartletProto", "MartletWire", "MartletCall"],
      exclude: ["crosscheck.py"], swiftSettings: strict),
    .testTarget(
      name: "MartletModelTests", dependencies: ["MartletModel"],
      exclude: ["Schema/crosscheck.py", "Schedule/crosscheck.py"], swiftSettings: strict),
    .testTarget(
      name: "MartletSealTests", dependencies: ["MartletSeal"], swiftSettings: strict),
    .testTarget(
      name: "MartletSettingsTests", dependencies: ["MartletSettings"], swiftSettings: strict),
    .testTarget(
      name: "PropertyTests",
      dependencies: [
        "MartletEngine", "MartletModel", "MartletPostgres", "MartletStore", "MartletTestKit",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "MartletPostgresTests",
      dependencies: ["MartletPostgres", "MartletTestKit", logging], swiftSettings: strict),
    .testTarget(
      name: "MartletStoreTests",
      dependencies: [
        "MartletStore", "MartletModel", "MartletPostgres", "MartletTestKit", logging,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "MartletEngineTests",
      dependencies: [
        "MartletEngine", "MartletStore", "MartletModel", "MartletPostgres", "MartletTestKit",
        lifecycle, logging,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "MartletHTTPTests",
      dependencies: [
        "MartletHTTP", nioCore, nioPosix, nioHTTP1, nioWebSocket, concurrencyHelpers, logging,
      ],
      swiftSettings: strict),
    .target(
      name: "ServerProcess",
      dependencies: ["Martlet", "MartletRPC", "MartletCall", "MartletProto"],
      path: "Tests/ServerProcess", swiftSettings: strict),
    .testTarget(
      name: "MartletClientTests",
      dependencies: [
        "MartletServing", "Martlet", "MartletHTTP", "MartletProto", "MartletCall", "MartletWire",
        "ServerProcess",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "MartletWorkerTests",
      dependencies: [
        "MartletWorker", "Martlet", "MartletProto", "MartletRPC", "MartletCall", "MartletWire",
        "ServerProcess",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "MartletPrefectTests",
      dependencies: ["MartletPrefect", "MartletModel", "MartletProto", "MartletWire"],
      swiftSettings: strict),
    .testTarget(
      name: "MartletCommandTests",
      dependencies: ["martlet", "MartletModel", "MartletWire", arguments], swiftSettings: strict),
    .testTarget(
      name: "ConformanceTests",
      dependencies: [
        "Martlet", "MartletProto", "MartletRPC", "MartletCall", "MartletWire", "ServerProcess",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "MartletRPCTests",
      dependencies: [
        "MartletRPC", "MartletHTTP", "MartletProto", "MartletCall", "MartletWire", nioCore,
        nioPosix, concurrencyHelpers, logging, coreMetrics, metrics,
      ],
      exclude: ["Peers/grpcio_peer.py"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// A build of some test targets alone, with what they need: a sanitizer's build takes half the time.
if let tests = Context.environment["ONLY_TESTS"] {
  var needed = Set(tests.split(separator: " ").map(String.init))
  var reached = 0
  while reached < needed.count {
    reached = needed.count
    for target in package.targets where needed.contains(target.name) {
      for dependency in target.dependencies {
        switch dependency {
        case .targetItem(let name, _), .byNameItem(let name, _): needed.insert(name)
        default: break
        }
      }
    }
  }
  package.targets.removeAll { !needed.contains($0.name) }
  package.products = []
}
