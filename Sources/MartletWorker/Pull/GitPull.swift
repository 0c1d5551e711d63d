// Decides how a repository comes here: into a bare copy that all runs share, and from there into the run's own clone. A
// commit that is there already costs no network.

import Glibc
import MartletModel
import MartletProto

/// The git step.
struct GitPull: Sendable {
  let source: MartletProto.PullStep.Git
  let shell: StepShell
  let cache: String

  /// Clones, and returns where.
  func pull(into scratch: String) async throws(PullFailure) -> String {
    try check()
    let mirror = "\(cache)/git/\(SHA256.name(of: source.repository))"
    do { try LocalFiles.makeDirectory("\(cache)/git") } catch { throw PullFailure("\(error)") }
    let lock = try await CacheLock.take("\(mirror).lock", for: shell)
    defer { lock.release() }
    if LocalFiles.exists("\(mirror)/HEAD") {
      Self.removeLocks(in: mirror)
    } else {
      let part = "\(mirror).part"
      LocalFiles.removeTree(part)
      try await git(["init", "--quiet", "--bare", part], in: cache)
      guard rename(part, mirror) == 0 else {
        throw PullFailure("\(LocalFiles.Failure("cannot keep", mirror))")
      }
    }
    let revision = try await fetch(in: mirror)
    let name = source.repository.split(separator: "/").last.map {
      String($0.hasSuffix(".git") ? $0.dropLast(4) : $0)
    }
    let place = try FreshDirectory.make(in: scratch, name ?? "repository")
    // Objects are linked, not copied, where the file system can; the clone is whole without the copy.
    try await git(["clone", "--quiet", "--no-checkout", mirror, place], in: scratch)
    try await git(["remote", "set-url", "origin", source.repository], in: place)
    try await git(["-c", "advice.detachedHead=false", "checkout", "--quiet", revision], in: place)
    if source.submodules {
      try await git(["submodule", "update", "--init", "--recursive", "--quiet"], in: place)
    }
    await shell.say("\(source.repository) is at \(revision)")
    return place
  }

  /// Removes what a git that was killed has left: ours is the only one here, and it would wait for nobody.
  private static func removeLocks(in mirror: String) {
    for place in [mirror, "\(mirror)/refs/heads", "\(mirror)/refs/martlet"] {
      for name in LocalFiles.names(in: place) where name.hasSuffix(".lock") {
        unlink("\(place)/\(name)")
      }
    }
  }

  private func check() throws(PullFailure) {
    guard !source.repository.hasPrefix("-"), !source.repository.isEmpty else {
      throw PullFailure("\"\(source.repository)\" is no repository")
    }
    let isCommit = source.commit.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
    }
    guard source.commit.isEmpty || (isCommit && [40, 64].contains(source.commit.utf8.count)) else {
      throw PullFailure("\"\(source.commit)\" is no whole commit id")
    }
    guard !source.branch.hasPrefix("-") else {
      throw PullFailure("\"\(source.branch)\" is no branch")
    }
  }

  /// Brings what is wanted into the shared copy; returns the commit.
  private func fetch(in mirror: String) async throws(PullFailure) -> String {
    let wanted = [source.commit, source.branch, "HEAD"].first { !$0.isEmpty } ?? "HEAD"
    // Names of branches may be in each other's way; these cannot.
    let name = SHA256.name(of: wanted)
    var found = "refs/martlet/\(name)"
    if !source.commit.isEmpty,
      await shell.succeeds(["git", "cat-file", "-e", wanted + "^{commit}"], in: mirror)
    {
      found = wanted
    } else {
      try await git(
        ["fetch", "--quiet", "--no-write-fetch-head", source.repository, "+\(wanted):\(found)"],
        in: mirror)
    }
    // The clone takes branches along.
    try await git(["update-ref", "refs/heads/\(name)", found + "^{commit}"], in: mirror)
    guard let revision = Self.revision(of: "refs/heads/\(name)", in: mirror) else {
      throw PullFailure("git did not fetch \(wanted)")
    }
    return revision
  }

  /// The commit of a branch: in a file of its own, or in the list when it did not change since that was made.
  private static func revision(of ref: String, in mirror: String) -> String? {
    if let bytes = LocalFiles.read("\(mirror)/\(ref)") {
      return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    }
    guard let bytes = LocalFiles.read("\(mirror)/packed-refs") else { return nil }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .first { $0.hasSuffix(" \(ref)") }
    return line.map { String($0.prefix { $0 != " " }) }
  }

  private func git(_ arguments: [String], in directory: String) async throws(PullFailure) {
    try await shell.execute(["git"] + arguments, in: directory, adding: try variables())
  }

  /// No questions, and no server that falls silent for a minute; the credentials from memory, for no file and no command
  /// line has them.
  private func variables() throws(PullFailure) -> [String: String] {
    var variables = [
      "GIT_TERMINAL_PROMPT": "0", "GIT_HTTP_LOW_SPEED_LIMIT": "1",
      "GIT_HTTP_LOW_SPEED_TIME": "\(StepShell.silence)",
      "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    ]
    guard !source.tokenVariable.isEmpty else { return variables }
    let secret = shell.inherited(source.tokenVariable)
    guard !secret.isEmpty else {
      throw PullFailure("the worker has no variable \(source.tokenVariable) with credentials")
    }
    let parts = secret.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    variables["MARTLET_GIT_USER"] = parts.count == 2 ? String(parts[0]) : "git"
    variables["MARTLET_GIT_PASSWORD"] = String(parts[parts.count - 1])
    variables["GIT_CONFIG_COUNT"] = "1"
    variables["GIT_CONFIG_KEY_0"] = "credential.helper"
    variables["GIT_CONFIG_VALUE_0"] =
      "!f() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' "
      + "\"$MARTLET_GIT_USER\" \"$MARTLET_GIT_PASSWORD\"; }; f"
    return variables
  }
}
