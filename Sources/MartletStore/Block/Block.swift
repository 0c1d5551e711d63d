// Decides what blocks, their types and their schemas are in the store: what a block holds is sealed before it comes here.

public import MartletModel

/// A kind of blocks.
public struct BlockType: Sendable, Equatable {
  /// Its id.
  public var id: ObjectID
  /// Its namespace.
  public var namespace: Namespace
  /// Unique in the namespace.
  public var slug: String
  /// Unique in the namespace, for people.
  public var name: String
  /// For people.
  public var description: String
  /// The address of a picture.
  public var logoURL: String
  /// The address of more about it.
  public var documentationURL: String
  /// How it is used.
  public var codeExample: String
  /// Whether it may not be deleted.
  public var isProtected: Bool
  /// When it was created.
  public var createTime: Instant
  /// When it was last changed.
  public var updateTime: Instant

  /// Describes a type; the times come from the database.
  public init(
    id: ObjectID, namespace: Namespace, slug: String, name: String, description: String,
    logoURL: String, documentationURL: String, codeExample: String, isProtected: Bool
  ) {
    self.id = id
    self.namespace = namespace
    self.slug = slug
    self.name = name
    self.description = description
    self.logoURL = logoURL
    self.documentationURL = documentationURL
    self.codeExample = codeExample
    self.isProtected = isProtected
    createTime = .epoch
    updateTime = .epoch
  }
}

/// What the data of blocks is like.
public struct BlockSchema: Sendable, Equatable {
  /// Its id.
  public var id: ObjectID
  /// Its namespace.
  public var namespace: Namespace
  /// Its type.
  public var typeID: ObjectID
  /// The slug of its type.
  public var typeSlug: String
  /// What it is known by, beside the version.
  public var checksum: String
  /// The version of the program that it comes from.
  public var version: String
  /// A JSON schema, byte for byte.
  public var fields: String
  /// What blocks of it can do.
  public var capabilities: [String]
  /// When it was created.
  public var createTime: Instant
  /// Whether its type may not be deleted.
  public var isProtected: Bool

  /// Describes a schema; what its type is and when it came, the database says.
  public init(
    id: ObjectID, namespace: Namespace, typeID: ObjectID, checksum: String, version: String,
    fields: String, capabilities: [String]
  ) {
    self.id = id
    self.namespace = namespace
    self.typeID = typeID
    typeSlug = ""
    self.checksum = checksum
    self.version = version
    self.fields = fields
    self.capabilities = capabilities
    createTime = .epoch
    isProtected = false
  }
}

/// Data that only those who have the key can read.
public struct SealedData: Sendable, Equatable {
  /// Which key.
  public var keyID: String
  /// The data, sealed.
  public var bytes: [UInt8]

  /// Takes sealed data.
  public init(keyID: String, bytes: [UInt8]) {
    self.keyID = keyID
    self.bytes = bytes
  }
}

/// Settings with a name.
public struct Block: Sendable, Equatable {
  /// Its id.
  public var id: ObjectID
  /// Its namespace.
  public var namespace: Namespace
  /// Unique in its type.
  public var name: String
  /// Its type.
  public var typeID: ObjectID
  /// The slug of its type.
  public var typeSlug: String
  /// Its schema.
  public var schemaID: ObjectID
  /// Whether a program made it for itself.
  public var isAnonymous: Bool
  /// What it holds.
  public var data: SealedData
  /// Who created it.
  public var createdBy: String
  /// When it was created.
  public var createTime: Instant
  /// When it was last changed.
  public var updateTime: Instant
  /// Another one after every change; never given twice.
  public var etag: Int64
  /// Its schema's fields.
  public var fields: String
  /// Other blocks that stand in fields of it.
  public var references: [String: ObjectID]

  /// Describes a block; its type, its times and its etag come from the database.
  public init(
    id: ObjectID, namespace: Namespace, name: String, schemaID: ObjectID, isAnonymous: Bool,
    data: SealedData, references: [String: ObjectID] = [:], createdBy: String
  ) {
    self.id = id
    self.namespace = namespace
    self.name = name
    typeID = id
    typeSlug = ""
    self.schemaID = schemaID
    self.isAnonymous = isAnonymous
    self.data = data
    self.createdBy = createdBy
    createTime = .epoch
    updateTime = .epoch
    etag = 0
    fields = "{}"
    self.references = references
  }
}
