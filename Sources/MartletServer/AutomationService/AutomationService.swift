// Decides what automation handlers are made of, how an automation is shown, and how a request says what one is to be.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

/// Serves `martlet.v1.AutomationService`.
struct AutomationHandlers: AutomationService {
  let backend: Backend
  /// Where people see things; nil for nowhere.
  var pages: String?
}

extension MartletProto.Automation {
  /// An automation as it is stored.
  init(_ automation: MartletStore.Automation) {
    self.init()
    id = automation.id.description
    namespace = automation.namespace.name
    name = automation.content.name
    description = automation.content.description
    paused = automation.content.isPaused
    tags = automation.content.tags
    trigger = JSONObject(stored: automation.content.trigger.description)
    actions = Self.objects(automation.content.actions)
    actionsOnTrigger = Self.objects(automation.content.actionsOnTrigger)
    actionsOnResolve = Self.objects(automation.content.actionsOnResolve)
    ownerResource = automation.ownerResource
    createTime = automation.createTime.timestamp
    updateTime = automation.updateTime.timestamp
    etag = "\(automation.etag)"
    createdBy = automation.createdBy
    updatedBy = automation.updatedBy
  }

  private static func objects(_ list: [JSON]) -> [JSONObject] {
    list.map { JSONObject(stored: $0.description) ?? [:] }
  }
}

extension AutomationContent {
  /// What a request wants an automation to be.
  init(_ automation: MartletProto.Automation) throws(InvalidValue) {
    guard automation.trigger != nil else {
      throw InvalidValue("automation.trigger", "is required")
    }
    self.init(
      name: automation.name, trigger: try automation.trigger.json("automation.trigger"),
      actions: try Self.list(automation.actions, "automation.actions"))
    description = automation.description
    isPaused = automation.paused
    tags = automation.tags
    actionsOnTrigger = try Self.list(automation.actionsOnTrigger, "automation.actions_on_trigger")
    actionsOnResolve = try Self.list(automation.actionsOnResolve, "automation.actions_on_resolve")
  }

  static func list(_ objects: [JSONObject], _ field: String) throws(InvalidValue) -> [JSON] {
    var list: [JSON] = []
    for (index, object) in objects.enumerated() {
      list.append(try Optional(object).json("\(field)[\(index)]"))
    }
    return list
  }
}

extension AutomationQuery {
  /// A filter of a request.
  init(_ filter: AutomationFilter?, in namespace: Namespace) throws(InvalidValue) {
    self.init(in: namespace)
    guard let filter else { return }
    ids = try filter.ids.objectIDs("filter.ids")
    names = filter.names
    tags = filter.tags
    hasTags = filter.hasTags
    ownerResource = filter.ownerResource
    relatedResource = filter.relatedResource
    anyTags = filter.anyTags
    createdUntil = filter.createdUntil.map(Instant.init)
    matchesAny = filter.matchAny
    matchesAnyTags = filter.matchAnyTags
  }
}
