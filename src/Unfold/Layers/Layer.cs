using System.Globalization;
using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// A part of a network with parameters and a Forward, which never changes it (but for <see cref="BatchNorm"/> in training): state is a value that comes in and
/// goes out, so that any number of threads may use a layer for inference. Prints itself with its number of parameters.
/// </summary>
public abstract class Layer
{
    private readonly List<Parameter> _parameters = [];

    /// <summary>Makes a layer.</summary>
    /// <param name="name">The beginning of its parameters' names, such as <c>decoder</c>.</param>
    protected Layer(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
    }

    /// <summary>The layer's name: the beginning of its parameters' names.</summary>
    public string Name { get; }

    /// <summary>The layer's own parameters.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>The number of values in all its parameters.</summary>
    public long ParameterCount
    {
        get
        {
            long count = 0;
            foreach (Parameter parameter in _parameters)
                count += parameter.Shape.Length;
            return count;
        }
    }

    /// <summary>The layer as its constructor might be written, and its number of parameters: <c>Linear(256 -> 65)  # 16,705 parameters</c>.</summary>
    public sealed override string ToString() => ParameterCount == 0
        ? Describe()
        : $"{Describe()}  # {ParameterCount.ToString("N0", CultureInfo.InvariantCulture)} parameters";

    /// <summary>The kind and the sizes, without the number of parameters: <c>Linear(256 -> 65)</c>.</summary>
    protected abstract string Describe();

    /// <summary>Counts the parameters of a part as this layer's own.</summary>
    private protected void Adopt(Layer part) => _parameters.AddRange(part.Parameters);

    /// <summary>Adds a parameter of this layer to a set, under the layer's name, a dot and <paramref name="name"/>.</summary>
    protected Parameter AddParameter(ParameterSet parameters, string name, Shape shape, Initializer initializer, bool trained = true)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameter parameter = parameters.Add(Name.Length == 0 ? name : $"{Name}.{name}", shape, initializer, trained);
        _parameters.Add(parameter);
        return parameter;
    }
}
