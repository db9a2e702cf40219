using Unfold.Autodiff;
using Unfold.Layers;

namespace Unfold.Models;

/// <summary>What a model's file must know of its layers.</summary>
internal interface IModelNetwork
{
    /// <summary>All weights.</summary>
    ParameterSet Parameters { get; }

    /// <summary>The recurrent layers, which a file has under PyTorch's names where PyTorch has them.</summary>
    IEnumerable<RecurrentPart> RecurrentParts { get; }
}
