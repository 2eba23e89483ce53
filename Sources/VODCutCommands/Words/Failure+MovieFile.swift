import CommandLineKit
import Cutting

extension Failure {
    init(_ problem: MovieFileProblem) {
        switch problem {
        case .file(let problem): self.init(problem)
        case .movie(let problem, let path):
            self.init(
                .dataError, "movie.unreadable", "'\(path)': \(problem.words)", hint: problem.hint)
        }
    }
}
