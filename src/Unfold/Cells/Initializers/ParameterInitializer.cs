using Unfold.Autodiff;
using Unfold.Cells.Graph;

namespace Unfold.Cells.Initializers;

/// <summary>
/// What the words after <c>init NAME =</c> mean. A matrix [n, m] has fan-out n (rows, units made) and fan-in m (columns, units read), as in
/// PyTorch; a vector [n] has n for both, as in Keras.
/// </summary>
internal static class ParameterInitializer
{
    /// <summary>The initializer of a parameter; glorot is the uniform one, he and lecun are the normal ones.</summary>
    public static Initializer For(Initialization initialization)
    {
        double first = initialization.First, second = initialization.Second;
        return initialization.Kind switch
        {
            InitializationKind.Zeros => Initializer.Zeros,
            InitializationKind.Constant => Initializer.Constant((float)first),
            InitializationKind.Identity => Initializer.Identity(),
            InitializationKind.Orthogonal => Initializer.Orthogonal(),
            InitializationKind.Glorot => Initializer.GlorotUniform(),
            InitializationKind.He => Initializer.HeNormal(),
            InitializationKind.Lecun => Initializer.LecunNormal(),
            InitializationKind.Normal => Initializer.Normal(first, second),
            InitializationKind.Uniform => Initializer.Uniform(first, second),
            InitializationKind.LogUniform => Initializer.LogUniform(first, second),
            InitializationKind.SpectralRadius => Initializer.SpectralRadius(first, second),
            _ => throw new ArgumentOutOfRangeException(nameof(initialization), initialization.Kind, "Not an initialisation."),
        };
    }
}
