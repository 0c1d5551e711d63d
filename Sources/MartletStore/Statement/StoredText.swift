// Decides which texts the store takes for things that are not reports: short enough, without NUL.

import MartletModel

/// Refuses text that is too long or that Postgres cannot hold.
func checkText(_ text: String, field: String, limit: Int) throws(StoreError) {
  guard text.utf8.count <= limit else {
    throw .invalid(field: field, why: "is \(text.utf8.count) bytes long: at most \(limit) are kept")
  }
  if text.utf8.contains(0) { throw .invalid(field: field, why: "holds a NUL character") }
}

/// Refuses labels as `checkText` refuses text.
func checkLabels(_ labels: [String: String], field: String) throws(StoreError) {
  if labels.count > RunLimits.labels {
    throw .invalid(field: field, why: "has \(labels.count) labels: at most \(RunLimits.labels)")
  }
  for (key, value) in labels {
    try checkText(key, field: field, limit: RunLimits.labelKey)
    if key.isEmpty { throw .invalid(field: field, why: "has an empty key") }
    try checkText(value, field: "\(field).\(key)", limit: RunLimits.labelValue)
  }
}

/// Refuses JSON text that holds U+0000 as itself or as an escape.
func checkJSON(_ text: String, field: String, limit: Int) throws(StoreError) {
  try checkText(text, field: field, limit: limit)
  if hasEscapedNUL(text) {
    throw .invalid(field: field, why: "holds \\u0000, which cannot be stored")
  }
}
