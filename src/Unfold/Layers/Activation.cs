using System.Globalization;
using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>What an <see cref="Activation"/> computes, element by element but for the last two.</summary>
public enum ActivationKind
{
    /// <summary><c>1 / (1 + exp(-x))</c>.</summary>
    Sigmoid,

    /// <summary><c>tanh x</c>.</summary>
    Tanh,

    /// <summary>x above 0, else 0.</summary>
    Relu,

    /// <summary>x above 0, else <c>slope * x</c>; the slope is the number, 0.01 by default.</summary>
    LeakyRelu,

    /// <summary>x above 0, else <c>alpha (exp(x) - 1)</c>; alpha is the number, 1 by default.</summary>
    Elu,

    /// <summary><c>x P(X &lt; x)</c> for a standard normal X, exact.</summary>
    Gelu,

    /// <summary><c>x sigmoid(x)</c>.</summary>
    Silu,

    /// <summary><c>log(1 + exp(x))</c>.</summary>
    Softplus,

    /// <summary><c>exp(x)</c> over its sum along the last axis.</summary>
    Softmax,

    /// <summary>The logarithm of <see cref="Softmax"/>.</summary>
    LogSoftmax,
}

/// <summary>An activation as a layer: applies a function of <see cref="ActivationKind"/>.</summary>
/// <remarks>
/// Shapes: x any, <c>[.., C]</c>; y the same. No parameters. The tape's operations of the same names say the equations and gradients.
/// </remarks>
public sealed class Activation : FeedForward
{
    private static readonly (string Name, ActivationKind Kind)[] Names =
    [
        ("sigmoid", ActivationKind.Sigmoid), ("tanh", ActivationKind.Tanh), ("relu", ActivationKind.Relu), ("leaky_relu", ActivationKind.LeakyRelu),
        ("elu", ActivationKind.Elu), ("gelu", ActivationKind.Gelu), ("silu", ActivationKind.Silu), ("softplus", ActivationKind.Softplus),
        ("softmax", ActivationKind.Softmax), ("log_softmax", ActivationKind.LogSoftmax),
    ];

    private readonly float _number;

    /// <summary>Makes the layer; its name is the function's.</summary>
    /// <param name="kind">The function.</param>
    /// <param name="number">The slope of leaky ReLU or the alpha of ELU, if not the default; no other function has a number.</param>
    /// <exception cref="ArgumentException">A number is given to a function that has none, or is not finite.</exception>
    public Activation(ActivationKind kind, float? number = null)
        : base(NameOf(kind))
    {
        Kind = kind;
        float? usual = kind switch { ActivationKind.LeakyRelu => 0.01f, ActivationKind.Elu => 1, _ => null };
        if (number is float given && (usual is null || !float.IsFinite(given)))
        {
            throw new ArgumentException(usual is null
                ? $"Activation '{Name}' takes no number, but got {given}."
                : $"Activation '{Name}' expects a finite number, but got {given}.");
        }

        _number = number ?? usual ?? 0;
    }

    /// <summary>The names that <see cref="Named"/> knows, as in the cell language: <c>relu</c>, <c>leaky_relu</c> and so on.</summary>
    public static IReadOnlyList<string> AllNames { get; } = [.. Names.Select(pair => pair.Name)];

    /// <summary>What the layer computes.</summary>
    public ActivationKind Kind { get; }

    /// <summary>The activation of a name.</summary>
    /// <param name="name">One of <see cref="AllNames"/>.</param>
    /// <param name="number">The slope of <c>leaky_relu</c> or the alpha of <c>elu</c>, if not the default.</param>
    /// <exception cref="ArgumentException">There is no such activation, or it has no number.</exception>
    public static Activation Named(string name, float? number = null)
    {
        foreach ((string known, ActivationKind kind) in Names)
        {
            if (known == name)
                return new Activation(kind, number);
        }

        throw new ArgumentException($"There is no activation '{name}'. There are: {string.Join(", ", AllNames)}.");
    }

    /// <summary>The slope of leaky ReLU, the scale of ELU; 0 for the others.</summary>
    internal float Number => _number;

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x) => Kind switch
    {
        ActivationKind.Sigmoid => tape.Sigmoid(x),
        ActivationKind.Tanh => tape.Tanh(x),
        ActivationKind.Relu => tape.Relu(x),
        ActivationKind.LeakyRelu => tape.LeakyRelu(x, _number),
        ActivationKind.Elu => tape.Elu(x, _number),
        ActivationKind.Gelu => tape.Gelu(x),
        ActivationKind.Silu => tape.Silu(x),
        ActivationKind.Softplus => tape.Softplus(x),
        ActivationKind.Softmax => tape.Softmax(x),
        _ => tape.LogSoftmax(x),
    };

    /// <inheritdoc/>
    protected override string Describe() => Kind is ActivationKind.LeakyRelu or ActivationKind.Elu
        ? $"{Kind}({_number.ToString(CultureInfo.InvariantCulture)})"
        : $"{Kind}()";

    private static string NameOf(ActivationKind kind)
    {
        foreach ((string name, ActivationKind known) in Names)
        {
            if (known == kind)
                return name;
        }

        throw new ArgumentOutOfRangeException(nameof(kind), kind, $"There is no such activation. There are: {string.Join(", ", AllNames)}.");
    }
}
