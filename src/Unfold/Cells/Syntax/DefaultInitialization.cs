using Unfold.Cells.Graph;

namespace Unfold.Cells.Syntax;

/// <summary>
/// How a parameter starts when no <c>init</c> line says: Glorot for a matrix whose every operand depends on x and on no state, else orthogonal where it is
/// square, else Glorot; ones for a vector or scalar that occurs only as a factor, else zeros.
/// </summary>
internal sealed class DefaultInitialization
{
    private readonly HashSet<Node> _onInput = [];
    private readonly HashSet<Node> _onState = [];
    private readonly Dictionary<Node, List<Node>> _users = [];

    public DefaultInitialization(IReadOnlyList<Node> nodes)
    {
        foreach (Node node in nodes)
        {
            if (node.Operation == Operation.Input || node.Inputs.Any(_onInput.Contains))
                _onInput.Add(node);
            if (node.Operation == Operation.State || node.Inputs.Any(_onState.Contains))
                _onState.Add(node);
            foreach (Node operand in node.Inputs)
            {
                if (!_users.TryGetValue(operand, out List<Node>? users))
                    _users.Add(operand, users = []);
                users.Add(node);
            }
        }
    }

    public Initialization Of(Node parameter)
    {
        List<Node> users = _users.GetValueOrDefault(parameter) ?? [];
        if (!parameter.IsMatrix)
            return users.All(IsFactor) && users.Count > 0 ? new Initialization(InitializationKind.Constant, 1) : new Initialization(InitializationKind.Zeros);
        bool inputAlone = users.All(u => u.Operation == Operation.Product && _onInput.Contains(u.Inputs[1]) && !_onState.Contains(u.Inputs[1]));
        bool square = parameter.Shape[0].Equals(parameter.Shape[1]);
        return new Initialization(!inputAlone && square ? InitializationKind.Orthogonal : InitializationKind.Glorot);
    }

    private bool IsFactor(Node user) =>
        user.Operation is Operation.Multiply or Operation.Divide
        || (user.Operation == Operation.Negate && _users.TryGetValue(user, out List<Node>? users) && users.All(IsFactor));
}
