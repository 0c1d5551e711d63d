// Decides how a private Postgres is tuned: small, durable, for one program on the same machine.

extension ClusterOptions {
  /// The server's settings, for its command line: a new release may change them for old data.
  func serverSettings(_ directory: ClusterDirectory) -> [String: String] {
    var values = [
      // Reached through the socket only, whose directory is closed to everyone else.
      "listen_addresses": "",
      "unix_socket_directories": directory.socket,
      "unix_socket_permissions": "0700",
      "port": String(ClusterDirectory.port),
      "max_connections": "64",
      // Modest memory: the file cache does the rest.
      "shared_buffers": "128MB",
      "huge_pages": "off",
      "work_mem": "8MB",
      "maintenance_work_mem": "64MB",
      // Few checkpoints under load, and less to write after each.
      "max_wal_size": "2GB",
      "min_wal_size": "128MB",
      "wal_compression": "on",
      // Short statements only: compiling them costs more than it saves.
      "jit": "off",
      // Narrow rows are updated often: visit them before they pile up.
      "autovacuum_naptime": "15s",
      "autovacuum_vacuum_cost_limit": "1000",
      "fsync": isDurable ? "on" : "off",
      "full_page_writes": isDurable ? "on" : "off",
      "synchronous_commit": isDurable ? "on" : "off",
      "timezone": "UTC",
      "log_timezone": "UTC",
      "log_checkpoints": "off",
      "log_autovacuum_min_duration": "-1",
      "logging_collector": "off",
      "cluster_name": "martlet",
    ]
    values.merge(settings) { _, chosen in chosen }
    return values
  }
}
