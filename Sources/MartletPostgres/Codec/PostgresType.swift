// Decides which Postgres types this layer speaks, by their fixed OIDs (src/include/catalog/pg_type.dat).

/// A Postgres type and the type of its arrays.
public struct PostgresType: Hashable, Sendable {
  /// The OID of a scalar.
  public let oid: UInt32
  /// The OID of a one-dimensional array of it.
  public let arrayOID: UInt32

  /// Names a type by both OIDs.
  public init(oid: UInt32, arrayOID: UInt32) {
    self.oid = oid
    self.arrayOID = arrayOID
  }

  /// `boolean`.
  public static let bool = PostgresType(oid: 16, arrayOID: 1000)
  /// `bytea`.
  public static let bytea = PostgresType(oid: 17, arrayOID: 1001)
  /// `bigint`.
  public static let int8 = PostgresType(oid: 20, arrayOID: 1016)
  /// `smallint`.
  public static let int2 = PostgresType(oid: 21, arrayOID: 1005)
  /// `integer`.
  public static let int4 = PostgresType(oid: 23, arrayOID: 1007)
  /// `text`.
  public static let text = PostgresType(oid: 25, arrayOID: 1009)
  /// `double precision`.
  public static let float8 = PostgresType(oid: 701, arrayOID: 1022)
  /// `timestamp with time zone`.
  public static let timestamptz = PostgresType(oid: 1184, arrayOID: 1185)
  /// `uuid`.
  public static let uuid = PostgresType(oid: 2950, arrayOID: 2951)
  /// `jsonb`.
  public static let jsonb = PostgresType(oid: 3802, arrayOID: 3807)
  /// `xid8`, a 64-bit transaction id.
  public static let xid8 = PostgresType(oid: 5069, arrayOID: 271)
}
